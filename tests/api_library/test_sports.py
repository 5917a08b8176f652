"""Wrong and known values of the sports functions."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from api_library import sports

TEN_KM = {"distance_km": 10, "finish_time": "0:50:00"}
MATCH = {"home_team": "Lions", "away_team": "Bears", "home_goals": 2, "away_goals": 1}
LONG_JUMP = {"event": "long_jump", "result": 7.1}
GOLF = {"handicap_index": 18.2, "slope_rating": 113, "course_rating": 72.0, "par": 72}
ELO = {"player_rating": 1600, "opponent_rating": 1600, "result": "win"}
BATTER = {"at_bats": 400, "hits": 120, "doubles": 20, "triples": 5, "home_runs": 15}

WRONG = [
    (sports.running_pace, {"distance_km": 0, "finish_time": "0:50:00"}, "distance_km"),
    (sports.running_pace, {"distance_km": math.nan, "finish_time": "0:50:00"}, "distance_km"),
    (sports.running_pace, {"distance_km": 10, "finish_time": "50 minutes"}, "finish_time"),
    (sports.running_pace, {"distance_km": 10, "finish_time": "0:00:00"}, "finish_time"),
    (sports.running_pace, TEN_KM | {"per": "lap"}, "per"),
    (sports.race_split_times, {"distance_km": 300, "goal_time": "9:00:00"}, "distance_km"),
    (sports.race_split_times, {"distance_km": 10, "goal_time": "0:70:00"}, "goal_time"),
    (sports.race_split_times, {"distance_km": 10, "goal_time": "0:50:00", "split_km": 0}, "split_km"),
    (sports.race_split_times, {"distance_km": 42.2, "goal_time": "4:00:00", "split_km": 0.2}, "split_km"),
    (sports.predict_race_time, {"recent_race": TEN_KM | {"distance_km": 0.1}, "target_race": "5k"}, "recent_race"),
    (
        sports.predict_race_time,
        {"recent_race": TEN_KM | {"finish_time": "0:01:00"}, "target_race": "5k"},
        "recent_race",
    ),
    (sports.predict_race_time, {"recent_race": TEN_KM | {"finish_time": "soon"}, "target_race": "5k"}, "recent_race"),
    (sports.predict_race_time, {"recent_race": TEN_KM, "target_race": "triathlon"}, "target_race"),
    (sports.bowling_game_score, {"rolls": [10] * 10}, "rolls"),
    (sports.bowling_game_score, {"rolls": [4] * 22}, "rolls"),
    (sports.bowling_game_score, {"rolls": [4, -1] + [4] * 18}, "rolls"),
    (sports.bowling_game_score, {"rolls": [6, 5] + [4] * 18}, "rolls"),
    (sports.bowling_game_score, {"rolls": [4] * 19}, "rolls"),
    (sports.bowling_game_score, {"rolls": [4] * 21}, "rolls"),
    (sports.bowling_game_score, {"rolls": [4] * 18 + [5, 5]}, "rolls"),
    (sports.bowling_game_score, {"rolls": [10] * 10 + [6, 7]}, "rolls"),
    (sports.golf_course_handicap, GOLF | {"handicap_index": 54.1}, "handicap_index"),
    (sports.golf_course_handicap, GOLF | {"slope_rating": 54}, "slope_rating"),
    (sports.golf_course_handicap, GOLF | {"course_rating": 95.5}, "course_rating"),
    (sports.golf_course_handicap, GOLF | {"par": 36}, "par"),
    (sports.golf_course_handicap, GOLF | {"allowance_percent": 0}, "allowance_percent"),
    (sports.decathlon_points, {"results": []}, "results"),
    (sports.decathlon_points, {"results": [LONG_JUMP] * 11}, "results"),
    (sports.decathlon_points, {"results": [LONG_JUMP, LONG_JUMP]}, "results"),
    (sports.decathlon_points, {"results": [LONG_JUMP | {"event": "polo"}]}, "results"),
    (sports.decathlon_points, {"results": [LONG_JUMP | {"result": 710}]}, "results"),
    (sports.league_table, {"matches": []}, "matches"),
    (sports.league_table, {"matches": [MATCH] * 501}, "matches"),
    (sports.league_table, {"matches": [MATCH | {"home_team": ""}]}, "matches"),
    (sports.league_table, {"matches": [MATCH | {"away_team": " "}]}, "matches"),
    (sports.league_table, {"matches": [MATCH | {"away_team": "Lions"}]}, "matches"),
    (sports.league_table, {"matches": [MATCH | {"home_goals": -1}]}, "matches"),
    (sports.league_table, {"matches": [MATCH | {"away_goals": 201}]}, "matches"),
    (sports.league_table, {"matches": [MATCH], "points_for_win": 0}, "points_for_win"),
    (sports.knockout_first_round, {"players_by_seed": ["Ana"]}, "players_by_seed"),
    (sports.knockout_first_round, {"players_by_seed": ["Ana", " "]}, "players_by_seed"),
    (sports.knockout_first_round, {"players_by_seed": ["Ana", "Ana"]}, "players_by_seed"),
    (sports.one_repetition_maximum, {"weight": 0, "repetitions": 5}, "weight"),
    (sports.one_repetition_maximum, {"weight": 80, "repetitions": 1}, "repetitions"),
    (sports.one_repetition_maximum, {"weight": 80, "repetitions": 5, "formula": "guess"}, "formula"),
    (sports.elo_ratings_after_game, ELO | {"player_rating": 0}, "player_rating"),
    (sports.elo_ratings_after_game, ELO | {"opponent_rating": 5000}, "opponent_rating"),
    (sports.elo_ratings_after_game, ELO | {"result": "1-0"}, "result"),
    (sports.elo_ratings_after_game, ELO | {"k_factor": 0}, "k_factor"),
    (sports.baseball_batting_averages, {"record": BATTER | {"at_bats": 0}}, "record"),
    (sports.baseball_batting_averages, {"record": BATTER | {"hits": 401}}, "record"),
    (sports.baseball_batting_averages, {"record": BATTER | {"hits": 39}}, "record"),
    (sports.baseball_batting_averages, {"record": BATTER | {"triples": -1}}, "record"),
]

# Roman Sebrle in Götzis 2001 and Kevin Mayer in Talence 2018, with the points of World Athletics.
EVENTS = (
    "100m",
    "long_jump",
    "shot_put",
    "high_jump",
    "400m",
    "110m_hurdles",
    "discus_throw",
    "pole_vault",
    "javelin_throw",
    "1500m",
)
SEBRLE = (10.64, 8.11, 15.33, 2.12, 47.79, 13.92, 47.92, 4.80, 70.16, 261.98)
MAYER = (10.55, 7.80, 16.00, 2.05, 48.42, 13.75, 50.54, 5.45, 71.90, 276.11)
SEBRLE_POINTS = (942, 1089, 810, 915, 919, 985, 827, 849, 892, 798)
MAYER_POINTS = (963, 1010, 851, 850, 889, 1007, 882, 1051, 918, 705)


def _decathlon(results: tuple[float, ...]) -> list[dict[str, object]]:
    return [{"event": event, "result": result} for event, result in zip(EVENTS, results, strict=True)]


KNOWN = [
    # Pace charts: a marathon in 4 hours takes 5:41 a kilometer and 9:09 a mile.
    (
        sports.running_pace,
        {"distance_km": 42.195, "finish_time": "4:00:00"},
        {"pace": "5:41", "speed_per_hour": 10.55},
    ),
    (
        sports.running_pace,
        {"distance_km": 42.195, "finish_time": "4:00:00", "per": "mile"},
        {"pace": "9:09", "speed_per_hour": 6.55},
    ),
    (
        sports.race_split_times,
        {"distance_km": 12, "goal_time": "1:00:00"},
        [
            {"distance_km": 5.0, "time": "0:25:00"},
            {"distance_km": 10.0, "time": "0:50:00"},
            {"distance_km": 12.0, "time": "1:00:00"},
        ],
    ),
    (
        sports.race_split_times,
        {"distance_km": 0.6, "goal_time": "0:02:00", "split_km": 0.2},
        [
            {"distance_km": 0.2, "time": "0:00:40"},
            {"distance_km": 0.4, "time": "0:01:20"},
            {"distance_km": 0.6, "time": "0:02:00"},
        ],
    ),
    # 3000 s * 2 ** 1.06 / 4 ** 1.06 = 1438.9 s; 3000 * 4.2195 ** 1.06 = 13800.6 s.
    (sports.predict_race_time, {"recent_race": TEN_KM, "target_race": "5k"}, "0:23:59"),
    (sports.predict_race_time, {"recent_race": TEN_KM, "target_race": "marathon"}, "3:50:01"),
    (sports.bowling_game_score, {"rolls": [10] * 12}, {"total": 300, "frames": list(range(30, 301, 30))}),
    (sports.bowling_game_score, {"rolls": [5] * 21}, {"total": 150, "frames": list(range(15, 151, 15))}),
    (sports.bowling_game_score, {"rolls": [9, 0] * 10}, {"total": 90, "frames": list(range(9, 91, 9))}),
    (sports.golf_course_handicap, GOLF, {"course_handicap": 18, "playing_handicap": 18}),
    # 10.0 * 125 / 113 + 70.1 - 71 = 10.16, of which 85% are 8.64.
    (
        sports.golf_course_handicap,
        {"handicap_index": 10.0, "slope_rating": 125, "course_rating": 70.1, "par": 71, "allowance_percent": 85},
        {"course_handicap": 10, "playing_handicap": 9},
    ),
    (
        sports.decathlon_points,
        {"results": _decathlon(SEBRLE)},
        {"total": 9026, "points": dict(zip(EVENTS, SEBRLE_POINTS, strict=True))},
    ),
    (
        sports.decathlon_points,
        {"results": _decathlon(MAYER)},
        {"total": 9126, "points": dict(zip(EVENTS, MAYER_POINTS, strict=True))},
    ),
    (
        sports.decathlon_points,
        {"results": [{"event": "100m", "result": 18.5}]},
        {"total": 0, "points": {"100m": 0}},
    ),
    (
        sports.league_table,
        {"matches": [MATCH, MATCH | {"home_team": "Bears", "away_team": "Lions", "home_goals": 1, "away_goals": 1}]},
        [
            {"team": "Lions", "played": 2, "won": 1, "drawn": 1, "lost": 0, "goal_difference": 1, "points": 4},
            {"team": "Bears", "played": 2, "won": 0, "drawn": 1, "lost": 1, "goal_difference": -1, "points": 1},
        ],
    ),
    # Level on points and goal difference: more goals scored come first, then the name.
    (
        sports.league_table,
        {
            "matches": [
                MATCH | {"home_goals": 0, "away_goals": 0},
                {"home_team": "Owls", "away_team": "Foxes", "home_goals": 3, "away_goals": 3},
            ]
        },
        [
            {"team": team, "played": 1, "won": 0, "drawn": 1, "lost": 0, "goal_difference": 0, "points": 1}
            for team in ("Foxes", "Owls", "Bears", "Lions")
        ],
    ),
    (
        sports.knockout_first_round,
        {"players_by_seed": ["A", "B", "C", "D", "E", "F", "G", "H"]},
        {
            "rounds": 3,
            "matches": [
                {"player": "A", "opponent": "H"},
                {"player": "D", "opponent": "E"},
                {"player": "B", "opponent": "G"},
                {"player": "C", "opponent": "F"},
            ],
            "byes": [],
        },
    ),
    (
        sports.knockout_first_round,
        {"players_by_seed": ["A", "B", "C", "D", "E"]},
        {"rounds": 3, "matches": [{"player": "D", "opponent": "E"}], "byes": ["A", "B", "C"]},
    ),
    (sports.one_repetition_maximum, {"weight": 100, "repetitions": 10}, 133.3),
    (sports.one_repetition_maximum, {"weight": 100, "repetitions": 10, "formula": "brzycki"}, 133.3),
    (sports.one_repetition_maximum, {"weight": 100, "repetitions": 10, "formula": "lombardi"}, 125.9),
    (
        sports.elo_ratings_after_game,
        ELO | {"k_factor": 32},
        {"player_rating": 1616.0, "opponent_rating": 1584.0, "expected_score": 0.5},
    ),
    # 400 points apart means 10 to 1.
    (
        sports.elo_ratings_after_game,
        {"player_rating": 2200, "opponent_rating": 1800, "result": "draw", "k_factor": 11},
        {"player_rating": 2195.5, "opponent_rating": 1804.5, "expected_score": 0.909},
    ),
    # Babe Ruth in 1923: .393 and .764.
    (
        sports.baseball_batting_averages,
        {"record": {"at_bats": 522, "hits": 205, "doubles": 45, "triples": 13, "home_runs": 41}},
        {"batting_average": 0.393, "slugging": 0.764, "isolated_power": 0.372},
    ),
]


@pytest.mark.parametrize(("function", "arguments", "name"), WRONG)
def test_wrong_value_names_the_argument(function: Callable[..., object], arguments: dict[str, Any], name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}\\b"):
        function(**arguments)


@pytest.mark.parametrize(("function", "arguments", "expected"), KNOWN)
def test_known_value(function: Callable[..., object], arguments: dict[str, Any], expected: object) -> None:
    assert function(**arguments) == expected

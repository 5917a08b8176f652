"""Sports: running times, scores, ratings, league tables, brackets and strength."""

import math
import re
from itertools import accumulate
from typing import Literal, TypedDict, TypeVar

PaceUnit = Literal["kilometer", "mile"]
RaceDistance = Literal["1_mile", "5k", "10k", "half_marathon", "marathon"]
DecathlonEvent = Literal[
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
]
StrengthFormula = Literal["epley", "brzycki", "lombardi"]
GameResult = Literal["win", "draw", "loss"]


class RaceResult(TypedDict):
    """A race that was run."""

    distance_km: float
    finish_time: str


class EventResult(TypedDict):
    """What an athlete achieved in one event of a decathlon."""

    event: DecathlonEvent
    result: float


class FootballMatch(TypedDict):
    """The final score of one match."""

    home_team: str
    away_team: str
    home_goals: int
    away_goals: int


class BattingRecord(TypedDict):
    """What a baseball batter did over some games."""

    at_bats: int
    hits: int
    doubles: int
    triples: int
    home_runs: int


class SplitTime(TypedDict):
    """One passing time of race_split_times."""

    distance_km: float
    time: str


class BowlingScore(TypedDict):
    """What bowling_game_score returns."""

    total: int
    frames: list[int]


class DecathlonScore(TypedDict):
    """What decathlon_points returns."""

    total: int
    points: dict[str, int]


class TableRow(TypedDict):
    """One team of a league table."""

    team: str
    played: int
    won: int
    drawn: int
    lost: int
    goal_difference: int
    points: int


class Pairing(TypedDict):
    """A match of the first round: the better seed against the worse one."""

    player: str
    opponent: str


class FirstRound(TypedDict):
    """What knockout_first_round returns."""

    rounds: int
    matches: list[Pairing]
    byes: list[str]


_Entry = TypeVar("_Entry")

_KM_PER_MILE = 1.609344
_PACE_KM = {"kilometer": 1.0, "mile": _KM_PER_MILE}
_RACE_KM = {"1_mile": _KM_PER_MILE, "5k": 5.0, "10k": 10.0, "half_marathon": 21.0975, "marathon": 42.195}

# A, B and C of the men's events in the scoring tables of World Athletics (2001). The points are A * (B - seconds) ** C
# for a run, A * (meters - B) ** C for a throw and A * (centimeters - B) ** C for a jump, without decimals.
_DECATHLON = {
    "100m": ("run", 25.4347, 18.0, 1.81),
    "long_jump": ("jump", 0.14354, 220.0, 1.4),
    "shot_put": ("throw", 51.39, 1.5, 1.05),
    "high_jump": ("jump", 0.8465, 75.0, 1.42),
    "400m": ("run", 1.53775, 82.0, 1.81),
    "110m_hurdles": ("run", 5.74352, 28.5, 1.92),
    "discus_throw": ("throw", 12.91, 4.0, 1.1),
    "pole_vault": ("jump", 0.2797, 100.0, 1.35),
    "javelin_throw": ("throw", 10.14, 7.0, 1.08),
    "1500m": ("run", 0.03768, 480.0, 1.85),
}
_RESULT_LIMITS = {"run": (9, 900), "jump": (0.5, 10), "throw": (1, 110)}

_GAME_POINTS = {"win": 1.0, "draw": 0.5, "loss": 0.0}


def _check_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} must be between {low} and {high}, got {value}")


def _check_name(name: str, text: str) -> None:
    if not text.strip() or len(text) > 100:
        raise ValueError(f"{name} must have 1 to 100 characters, not only spaces, got {text[:100]!r}")


def _pick(name: str, key: str, table: dict[str, _Entry]) -> _Entry:
    if key not in table:
        raise ValueError(f"{name} must be one of {', '.join(table)}, got {key[:50]!r}")
    return table[key]


def _seconds(name: str, text: str) -> int:
    match = re.fullmatch(r"([0-9]{1,2}):([0-5][0-9]):([0-5][0-9])", text)
    seconds = int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3]) if match else 0
    if not seconds:
        raise ValueError(f"{name} must be a time as H:MM:SS from 0:00:01 to 99:59:59, got {text[:50]!r}")
    return seconds


def _clock(seconds: float) -> str:
    """Write a time as H:MM:SS, rounded to the nearest second."""
    whole = math.floor(seconds + 0.5)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def running_pace(distance_km: float, finish_time: str, per: PaceUnit = "kilometer") -> dict[str, str | float]:
    """Compute the average pace of a run and its speed.

    Args:
        distance_km: Distance in kilometers, 0.1 to 1000 (a marathon has 42.195).
        finish_time: Time for the whole distance as H:MM:SS, 0:00:01 to 99:59:59.
        per: What the pace is given for: a kilometer or a mile.

    Returns:
        An object with pace (time for one kilometer or mile as M:SS, to the nearest second) and speed_per_hour
        (in kilometers or miles per hour, rounded to 2 decimals).

    Raises:
        ValueError: If the distance is out of range, the time is not valid or per is unknown.

    Examples:
        >>> running_pace(distance_km=10, finish_time="0:52:30")
        {'pace': '5:15', 'speed_per_hour': 11.43}
        >>> running_pace(distance_km=42.195, finish_time="3:58:41", per="mile")
        {'pace': '9:06', 'speed_per_hour': 6.59}
        >>> running_pace(distance_km=7.4, finish_time="0:36:15", per="kilometer")
        {'pace': '4:54', 'speed_per_hour': 12.25}
    """
    _check_range("distance_km", distance_km, 0.1, 1000)
    seconds = _seconds("finish_time", finish_time)
    units = distance_km / _pick("per", per, _PACE_KM)
    pace = math.floor(seconds / units + 0.5)
    return {"pace": f"{pace // 60}:{pace % 60:02}", "speed_per_hour": round(units * 3600 / seconds, 2)}


def race_split_times(distance_km: float, goal_time: str, split_km: float = 5.0) -> list[SplitTime]:
    """List the passing times at which an evenly run race reaches each split.

    Args:
        distance_km: Distance of the race in kilometers, 0.4 to 200 (a half marathon has 21.0975).
        goal_time: Finish time wanted as H:MM:SS, 0:00:01 to 99:59:59.
        split_km: Distance between two splits in kilometers, 0.1 to 50, at most 100 splits; every 5 km by default.

    Returns:
        The splits with distance_km (rounded to 4 decimals) and time (H:MM:SS since the start, to the nearest
        second); the last one is the finish.

    Raises:
        ValueError: If a distance is out of range, the time is not valid or there would be over 100 splits.

    Examples:
        >>> race_split_times(distance_km=10, goal_time="0:48:00")
        [{'distance_km': 5.0, 'time': '0:24:00'}, {'distance_km': 10.0, 'time': '0:48:00'}]
        >>> race_split_times(distance_km=21.0975, goal_time="1:45:00", split_km=10)  # doctest: +NORMALIZE_WHITESPACE
        [{'distance_km': 10.0, 'time': '0:49:46'}, {'distance_km': 20.0, 'time': '1:39:32'},
         {'distance_km': 21.0975, 'time': '1:45:00'}]
        >>> race_split_times(distance_km=1.5, goal_time="0:04:30", split_km=0.5)  # doctest: +NORMALIZE_WHITESPACE
        [{'distance_km': 0.5, 'time': '0:01:30'}, {'distance_km': 1.0, 'time': '0:03:00'},
         {'distance_km': 1.5, 'time': '0:04:30'}]
    """
    _check_range("distance_km", distance_km, 0.4, 200)
    seconds = _seconds("goal_time", goal_time)
    _check_range("split_km", split_km, 0.1, 50)
    count = math.ceil(round(distance_km / split_km, 6))
    if count > 100:
        raise ValueError(f"split_km must give at most 100 splits over {distance_km} km, got {count}")
    marks = [*(split_km * number for number in range(1, count)), distance_km]
    return [{"distance_km": round(float(mark), 4), "time": _clock(seconds * mark / distance_km)} for mark in marks]


def predict_race_time(recent_race: RaceResult, target_race: RaceDistance) -> str:
    """Predict a runner's finish time in a race from a recent race over another distance.

    Riegel's formula: time grows with the distance to the power of 1.06.

    Args:
        recent_race: An object with distance_km (1 to 100) and finish_time (H:MM:SS, 0:02:00 to 24:00:00).
        target_race: Race to predict: 1_mile, 5k, 10k, half_marathon (21.0975 km) or marathon (42.195 km).

    Returns:
        The predicted time as H:MM:SS.

    Raises:
        ValueError: If the distance is out of range, the time is not valid or the race is unknown.

    Examples:
        >>> predict_race_time(
        ...     recent_race={"distance_km": 10, "finish_time": "0:45:00"}, target_race="half_marathon"
        ... )
        '1:39:17'
        >>> predict_race_time(
        ...     recent_race={"distance_km": 21.0975, "finish_time": "1:52:30"}, target_race="marathon"
        ... )
        '3:54:33'
        >>> predict_race_time(recent_race={"distance_km": 8, "finish_time": "0:41:20"}, target_race="5k")
        '0:25:07'
    """
    _check_range("recent_race.distance_km", recent_race["distance_km"], 1, 100)
    seconds = _seconds("recent_race.finish_time", recent_race["finish_time"])
    if not 120 <= seconds <= 86_400:
        raise ValueError(
            f"recent_race.finish_time must be from 0:02:00 to 24:00:00, got {recent_race['finish_time'][:50]!r}"
        )
    target_km = _pick("target_race", target_race, _RACE_KM)
    return _clock(seconds * math.pow(target_km / recent_race["distance_km"], 1.06))


def bowling_game_score(rolls: list[int]) -> BowlingScore:
    """Score a complete game of ten-pin bowling from the pins knocked down by each roll.

    Args:
        rolls: Pins knocked down by each ball in order, 0 to 10 each, for all ten frames (11 to 21 balls: a strike
            is one 10 without a second ball; after a strike or spare in the tenth frame come the extra balls).

    Returns:
        An object with total (0 to 300) and frames (the running total after each of the ten frames).

    Raises:
        ValueError: If a ball is out of range, a frame has over 10 pins, or the game has too few or too many balls.

    Examples:
        >>> bowling_game_score(rolls=[10, 7, 3, 9, 0, 10, 0, 8, 8, 2, 0, 6, 10, 10, 10, 8, 1])
        {'total': 167, 'frames': [20, 39, 48, 66, 74, 84, 90, 120, 148, 167]}
        >>> bowling_game_score(rolls=[3, 5, 6, 4, 8, 1, 9, 0, 7, 2, 5, 5, 4, 3, 8, 2, 6, 1, 9, 1, 7])
        {'total': 114, 'frames': [8, 26, 35, 44, 53, 67, 74, 90, 97, 114]}
        >>> bowling_game_score(rolls=[4, 4, 7, 1, 10, 6, 2, 3, 6, 9, 1, 8, 0, 5, 4, 7, 2, 6, 3])
        {'total': 104, 'frames': [8, 16, 34, 42, 51, 69, 77, 86, 95, 104]}
    """
    _check_range("rolls length", len(rolls), 11, 21)
    for index, pins in enumerate(rolls):
        _check_range(f"rolls[{index}]", pins, 0, 10)
    frames: list[int] = []
    ball = 0
    for frame in range(1, 11):
        first_two = rolls[ball : ball + 2]
        strike = first_two[:1] == [10]
        if not strike and sum(first_two) > 10:
            raise ValueError(f"rolls must knock down at most 10 pins in a frame, got {first_two} in frame {frame}")
        counted = 3 if strike or sum(first_two) == 10 else 2
        if len(rolls) < ball + counted:
            raise ValueError(f"rolls must hold all ten frames, got {len(rolls)} balls, which end in frame {frame}")
        frames.append(sum(rolls[ball : ball + counted]))
        if frame == 10:
            _check_extra_balls(rolls[ball:], counted)
        ball += 1 if strike else 2
    running = list(accumulate(frames))
    return {"total": running[-1], "frames": running}


def golf_course_handicap(
    handicap_index: float, slope_rating: int, course_rating: float, par: int, allowance_percent: int = 100
) -> dict[str, int]:
    """Compute the strokes a golfer receives on a course from the handicap index.

    The rule of the World Handicap System for 18 holes.

    Args:
        handicap_index: Handicap index of the player, -10 (a plus handicap of 10) to 54.
        slope_rating: Slope rating of the tees, 55 to 155.
        course_rating: Course rating of the tees in strokes, 50 to 90.
        par: Par of the 18 holes, 50 to 80.
        allowance_percent: Handicap allowance of the format in percent, 10 to 100; 100 (match play) by default.

    Returns:
        An object with course_handicap and playing_handicap (after the allowance), whole strokes, halves
        rounded up; negative if the player gives strokes back.

    Raises:
        ValueError: If an argument is out of its range.

    Examples:
        >>> golf_course_handicap(handicap_index=14.3, slope_rating=128, course_rating=71.4, par=72)
        {'course_handicap': 16, 'playing_handicap': 16}
        >>> golf_course_handicap(
        ...     handicap_index=22.7, slope_rating=135, course_rating=73.2, par=71, allowance_percent=95
        ... )
        {'course_handicap': 29, 'playing_handicap': 28}
        >>> golf_course_handicap(
        ...     handicap_index=-1.8, slope_rating=119, course_rating=68.9, par=70, allowance_percent=85
        ... )
        {'course_handicap': -3, 'playing_handicap': -3}
    """
    _check_range("handicap_index", handicap_index, -10, 54)
    _check_range("slope_rating", slope_rating, 55, 155)
    _check_range("course_rating", course_rating, 50, 90)
    _check_range("par", par, 50, 80)
    _check_range("allowance_percent", allowance_percent, 10, 100)
    handicap = handicap_index * slope_rating / 113 + course_rating - par
    return {
        "course_handicap": math.floor(round(handicap, 6) + 0.5),
        "playing_handicap": math.floor(round(handicap * allowance_percent / 100, 6) + 0.5),
    }


def decathlon_points(results: list[EventResult]) -> DecathlonScore:
    """Compute the points that a man's results earn in the events of a decathlon.

    The scoring tables of World Athletics, for electronic times.

    Args:
        results: 1 to 10 objects, each with event (100m, long_jump, shot_put, high_jump, 400m, 110m_hurdles,
            discus_throw, pole_vault, javelin_throw or 1500m, each at most once) and result (seconds for a
            run, 9 to 900, so 4:30 is 270; meters for a jump, 0.5 to 10, or a throw, 1 to 110).

    Returns:
        An object with total and points (the points of each event, 0 if the result is too weak to score).

    Raises:
        ValueError: If an event is unknown or comes twice, a result is out of range, or there are none or too many.

    Examples:
        >>> decathlon_points(results=[{"event": "100m", "result": 10.85}, {"event": "long_jump", "result": 7.42}])
        {'total': 1809, 'points': {'100m': 894, 'long_jump': 915}}
        >>> decathlon_points(results=[{"event": "1500m", "result": 270.5}])
        {'total': 741, 'points': {'1500m': 741}}
        >>> decathlon_points(
        ...     results=[
        ...         {"event": "javelin_throw", "result": 58.36},
        ...         {"event": "pole_vault", "result": 4.6},
        ...         {"event": "110m_hurdles", "result": 14.72},
        ...     ]
        ... )
        {'total': 2387, 'points': {'javelin_throw': 713, 'pole_vault': 790, '110m_hurdles': 884}}
    """
    _check_range("results length", len(results), 1, len(_DECATHLON))
    points: dict[str, int] = {}
    for index, entry in enumerate(results):
        event, result = entry["event"], entry["result"]
        kind, a, b, c = _pick(f"results[{index}].event", event, _DECATHLON)
        _check_range(f"results[{index}].result", result, *_RESULT_LIMITS[kind])
        if event in points:
            raise ValueError(f"results must have each event once, got {event} twice")
        margin = b - result if kind == "run" else (round(result * 100) if kind == "jump" else result) - b
        points[event] = int(a * math.pow(max(0.0, margin), c))
    return {"total": sum(points.values()), "points": points}


def league_table(matches: list[FootballMatch], points_for_win: int = 3) -> list[TableRow]:
    """Build the league table from the results of the matches played.

    A draw is worth 1 point. Teams level on points are ordered by goal difference, goals scored and name.

    Args:
        matches: 1 to 500 objects with home_team and away_team (1 to 100 characters, two different teams) and
            home_goals and away_goals (0 to 200 each).
        points_for_win: Points for a win, 2 to 5; 3 by default.

    Returns:
        The teams from first to last, each with team, played, won, drawn, lost, goal_difference and points.

    Raises:
        ValueError: If a name is empty, a team plays itself, a number is out of range, or there are none or too
            many matches.

    Examples:
        >>> league_table(
        ...     matches=[
        ...         {"home_team": "Rovers", "away_team": "United", "home_goals": 2, "away_goals": 2},
        ...         {"home_team": "Rovers", "away_team": "Albion", "home_goals": 3, "away_goals": 1},
        ...     ]
        ... )  # doctest: +NORMALIZE_WHITESPACE
        [{'team': 'Rovers', 'played': 2, 'won': 1, 'drawn': 1, 'lost': 0, 'goal_difference': 2, 'points': 4},
         {'team': 'United', 'played': 1, 'won': 0, 'drawn': 1, 'lost': 0, 'goal_difference': 0, 'points': 1},
         {'team': 'Albion', 'played': 1, 'won': 0, 'drawn': 0, 'lost': 1, 'goal_difference': -2, 'points': 0}]
        >>> league_table(
        ...     matches=[{"home_team": "Lions", "away_team": "Hawks", "home_goals": 21, "away_goals": 24}],
        ...     points_for_win=2,
        ... )  # doctest: +NORMALIZE_WHITESPACE
        [{'team': 'Hawks', 'played': 1, 'won': 1, 'drawn': 0, 'lost': 0, 'goal_difference': 3, 'points': 2},
         {'team': 'Lions', 'played': 1, 'won': 0, 'drawn': 0, 'lost': 1, 'goal_difference': -3, 'points': 0}]
        >>> league_table(
        ...     matches=[
        ...         {"home_team": "Ajax", "away_team": "PSV", "home_goals": 1, "away_goals": 0},
        ...         {"home_team": "PSV", "away_team": "Ajax", "home_goals": 4, "away_goals": 2},
        ...     ],
        ...     points_for_win=3,
        ... )  # doctest: +NORMALIZE_WHITESPACE
        [{'team': 'PSV', 'played': 2, 'won': 1, 'drawn': 0, 'lost': 1, 'goal_difference': 1, 'points': 3},
         {'team': 'Ajax', 'played': 2, 'won': 1, 'drawn': 0, 'lost': 1, 'goal_difference': -1, 'points': 3}]
    """
    _check_range("matches length", len(matches), 1, 500)
    _check_range("points_for_win", points_for_win, 2, 5)
    goals: dict[str, list[tuple[int, int]]] = {}
    for index, match in enumerate(matches):
        home, away = match["home_team"], match["away_team"]
        _check_name(f"matches[{index}].home_team", home)
        _check_name(f"matches[{index}].away_team", away)
        _check_range(f"matches[{index}].home_goals", match["home_goals"], 0, 200)
        _check_range(f"matches[{index}].away_goals", match["away_goals"], 0, 200)
        if home == away:
            raise ValueError(f"matches[{index}] must have two different teams, got {home[:50]!r} twice")
        goals.setdefault(home, []).append((match["home_goals"], match["away_goals"]))
        goals.setdefault(away, []).append((match["away_goals"], match["home_goals"]))
    rows = [_table_row(team, scores, points_for_win) for team, scores in goals.items()]
    scored = {team: sum(own for own, _ in scores) for team, scores in goals.items()}
    return sorted(rows, key=lambda row: (-row["points"], -row["goal_difference"], -scored[row["team"]], row["team"]))


def knockout_first_round(players_by_seed: list[str]) -> FirstRound:
    """Draw up the first round of a seeded knockout tournament.

    The best seed meets the worst and the first two can only meet in the final; if the number of players is no
    power of two, the best seeds have a bye.

    Args:
        players_by_seed: 2 to 128 different players or teams, best seed first, 1 to 100 characters each.

    Returns:
        An object with rounds (number of rounds to the final), matches (each with player and opponent, in the
        order of the bracket) and byes (who goes straight to the second round, best seed first).

    Raises:
        ValueError: If a name is empty or comes twice, or there are too few or too many.

    Examples:
        >>> knockout_first_round(players_by_seed=["Ana", "Bruno", "Chloe", "Dmitri"])  # doctest: +NORMALIZE_WHITESPACE
        {'rounds': 2, 'matches': [{'player': 'Ana', 'opponent': 'Dmitri'}, {'player': 'Bruno', 'opponent': 'Chloe'}],
         'byes': []}
        >>> knockout_first_round(
        ...     players_by_seed=["Falcons", "Wolves", "Bears", "Sharks", "Bulls", "Kings"]
        ... )  # doctest: +NORMALIZE_WHITESPACE
        {'rounds': 3, 'matches': [{'player': 'Sharks', 'opponent': 'Bulls'},
         {'player': 'Bears', 'opponent': 'Kings'}], 'byes': ['Falcons', 'Wolves']}
        >>> knockout_first_round(players_by_seed=["Okafor", "Lindqvist", "Haddad"])
        {'rounds': 2, 'matches': [{'player': 'Lindqvist', 'opponent': 'Haddad'}], 'byes': ['Okafor']}
    """
    _check_range("players_by_seed length", len(players_by_seed), 2, 128)
    for index, player in enumerate(players_by_seed):
        _check_name(f"players_by_seed[{index}]", player)
    if len(set(players_by_seed)) < len(players_by_seed):
        raise ValueError("players_by_seed must name each player once")
    rounds = (len(players_by_seed) - 1).bit_length()
    seeds = [0]
    for number in range(1, rounds + 1):
        seeds = [place for seed in seeds for place in (seed, 2**number - 1 - seed)]
    pairs = [(min(pair), max(pair)) for pair in zip(seeds[::2], seeds[1::2], strict=True)]
    played = [pair for pair in pairs if pair[1] < len(players_by_seed)]
    return {
        "rounds": rounds,
        "matches": [{"player": players_by_seed[a], "opponent": players_by_seed[b]} for a, b in played],
        "byes": players_by_seed[: 2**rounds - len(players_by_seed)],
    }


def one_repetition_maximum(weight: float, repetitions: int, formula: StrengthFormula = "epley") -> float:
    """Estimate the heaviest weight someone can lift once from a set of several repetitions.

    Args:
        weight: Weight lifted in the set, in kilograms or pounds, 1 to 1000.
        repetitions: Repetitions done without a pause, 2 to 15.
        formula: epley (weight * (1 + r / 30)), brzycki (weight * 36 / (37 - r)) or lombardi (weight * r ** 0.1).

    Returns:
        The one-repetition maximum in the unit of the weight, rounded to 1 decimal.

    Raises:
        ValueError: If the weight or the repetitions are out of range or the formula is unknown.

    Examples:
        >>> one_repetition_maximum(weight=80, repetitions=6)
        96.0
        >>> one_repetition_maximum(weight=225, repetitions=8, formula="brzycki")
        279.3
        >>> one_repetition_maximum(weight=62.5, repetitions=10, formula="lombardi")
        78.7
    """
    _check_range("weight", weight, 1, 1000)
    _check_range("repetitions", repetitions, 2, 15)
    factors = {
        "epley": 1 + repetitions / 30,
        "brzycki": 36 / (37 - repetitions),
        "lombardi": math.pow(repetitions, 0.1),
    }
    return round(weight * _pick("formula", formula, factors), 1)


def elo_ratings_after_game(
    player_rating: int, opponent_rating: int, result: GameResult, k_factor: int = 20
) -> dict[str, float]:
    """Update the Elo ratings of two players after a game, as in chess.

    Args:
        player_rating: Rating of the player before the game, 100 to 4000.
        opponent_rating: Rating of the opponent before the game, 100 to 4000.
        result: The game from the player's side: win, draw or loss.
        k_factor: Most points that one game can move (K), 1 to 100; 20 by default.

    Returns:
        An object with player_rating and opponent_rating after the game (rounded to 1 decimal) and
        expected_score (what the player was expected to get, 0 to 1, rounded to 3 decimals).

    Raises:
        ValueError: If a rating or the K-factor is out of range or the result is unknown.

    Examples:
        >>> elo_ratings_after_game(player_rating=1650, opponent_rating=1820, result="win")
        {'player_rating': 1664.5, 'opponent_rating': 1805.5, 'expected_score': 0.273}
        >>> elo_ratings_after_game(player_rating=2105, opponent_rating=1980, result="draw", k_factor=10)
        {'player_rating': 2103.3, 'opponent_rating': 1981.7, 'expected_score': 0.673}
        >>> elo_ratings_after_game(player_rating=1240, opponent_rating=1215, result="loss", k_factor=40)
        {'player_rating': 1218.6, 'opponent_rating': 1236.4, 'expected_score': 0.536}
    """
    _check_range("player_rating", player_rating, 100, 4000)
    _check_range("opponent_rating", opponent_rating, 100, 4000)
    score = _pick("result", result, _GAME_POINTS)
    _check_range("k_factor", k_factor, 1, 100)
    expected = 1 / (1 + math.pow(10, (opponent_rating - player_rating) / 400))
    gain = k_factor * (score - expected)
    return {
        "player_rating": round(player_rating + gain, 1),
        "opponent_rating": round(opponent_rating - gain, 1),
        "expected_score": round(expected, 3),
    }


def baseball_batting_averages(record: BattingRecord) -> dict[str, float]:
    """Compute the batting average and the slugging percentage of a baseball player.

    Args:
        record: An object with at_bats (1 to 20000) and hits (all of them, at most the at-bats), of which so many
            were doubles, triples and home_runs (each 0 or more, together at most the hits).

    Returns:
        An object with batting_average (hits per at-bat), slugging (bases per at-bat) and isolated_power (their
        difference), rounded to 3 decimals.

    Raises:
        ValueError: If a number is out of range or the extra-base hits are more than the hits.

    Examples:
        >>> baseball_batting_averages(
        ...     record={"at_bats": 512, "hits": 158, "doubles": 31, "triples": 4, "home_runs": 22}
        ... )
        {'batting_average': 0.309, 'slugging': 0.514, 'isolated_power': 0.205}
        >>> baseball_batting_averages(
        ...     record={"at_bats": 87, "hits": 19, "doubles": 5, "triples": 0, "home_runs": 2}
        ... )
        {'batting_average': 0.218, 'slugging': 0.345, 'isolated_power': 0.126}
        >>> baseball_batting_averages(
        ...     record={"at_bats": 340, "hits": 97, "doubles": 12, "triples": 7, "home_runs": 0}
        ... )
        {'batting_average': 0.285, 'slugging': 0.362, 'isolated_power': 0.076}
    """
    _check_range("record.at_bats", record["at_bats"], 1, 20_000)
    _check_range("record.hits", record["hits"], 0, record["at_bats"])
    extra = {"doubles": record["doubles"], "triples": record["triples"], "home_runs": record["home_runs"]}
    for name, count in extra.items():
        _check_range(f"record.{name}", count, 0, record["hits"])
    if sum(extra.values()) > record["hits"]:
        raise ValueError(f"record.hits must count the {sum(extra.values())} extra-base hits too, got {record['hits']}")
    bases = record["hits"] + record["doubles"] + 2 * record["triples"] + 3 * record["home_runs"]
    return {
        "batting_average": round(record["hits"] / record["at_bats"], 3),
        "slugging": round(bases / record["at_bats"], 3),
        "isolated_power": round((bases - record["hits"]) / record["at_bats"], 3),
    }


def _check_extra_balls(last: list[int], counted: int) -> None:
    """Check the balls of the tenth frame: pins stand anew only after a strike or a spare."""
    if len(last) > counted:
        raise ValueError(f"rolls must end with the tenth frame, got {len(last) - counted} balls too many")
    if last[0] == 10 and last[1] < 10 and sum(last[1:]) > 10:
        raise ValueError(f"rolls must knock down at most 10 pins in a frame, got {last} in frame 10")


def _table_row(team: str, scores: list[tuple[int, int]], points_for_win: int) -> TableRow:
    won = sum(own > other for own, other in scores)
    drawn = sum(own == other for own, other in scores)
    return {
        "team": team,
        "played": len(scores),
        "won": won,
        "drawn": drawn,
        "lost": len(scores) - won - drawn,
        "goal_difference": sum(own - other for own, other in scores),
        "points": points_for_win * won + drawn,
    }

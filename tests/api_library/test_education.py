"""Wrong and known values of the education functions."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from api_library import education

COURSE = {"course": "Algebra", "grade": "B", "credits": 3}
WORK = {"name": "quiz", "score_percent": 80, "weight_percent": 40}
FINAL = {"current_grade_percent": 80, "final_weight_percent": 40, "wanted_grade_percent": 85}
QUIZ = {"correct": 20, "wrong": 8}
CARD = {"repetitions": 2, "interval_days": 6, "ease_factor": 2.5}
REVIEW = {"card": CARD, "recall_quality": 4, "reviewed_on": "2026-01-31"}
LATIN = {"name": "Latin", "weekday": "monday", "start": "09:00", "end": "10:00"}
MUSIC = {"name": "Music", "weekday": "monday", "start": "09:30", "end": "11:00"}
SUBJECT = {"name": "Latin", "difficulty": "hard"}
WORDS = {"words_to_learn": 300, "start_date": "2026-05-04", "goal_date": "2026-05-31"}
CATS = "The cat sat on the mat."

WRONG = [
    (education.grade_point_average, {"courses": []}, "courses"),
    (education.grade_point_average, {"courses": [COURSE] * 101}, "courses"),
    (education.grade_point_average, {"courses": [COURSE | {"course": ""}]}, "courses"),
    (education.grade_point_average, {"courses": [COURSE | {"grade": "E"}]}, "courses"),
    (education.grade_point_average, {"courses": [COURSE | {"credits": 0}]}, "courses"),
    (education.grade_point_average, {"courses": [COURSE], "highest_points": "5.0"}, "highest_points"),
    (education.weighted_course_grade, {"graded_work": []}, "graded_work"),
    (education.weighted_course_grade, {"graded_work": [WORK | {"name": " "}]}, "graded_work"),
    (education.weighted_course_grade, {"graded_work": [WORK | {"score_percent": math.nan}]}, "graded_work"),
    (education.weighted_course_grade, {"graded_work": [WORK | {"weight_percent": 0}]}, "graded_work"),
    (education.weighted_course_grade, {"graded_work": [WORK] * 3}, "graded_work"),
    (education.score_needed_on_final_exam, FINAL | {"current_grade_percent": -1}, "current_grade_percent"),
    (education.score_needed_on_final_exam, FINAL | {"final_weight_percent": 0}, "final_weight_percent"),
    (education.score_needed_on_final_exam, FINAL | {"wanted_grade_percent": 151}, "wanted_grade_percent"),
    (education.grade_for_percentage, {"score_percent": 101, "grading_system": "uk_degree"}, "score_percent"),
    (education.grade_for_percentage, {"score_percent": math.nan, "grading_system": "uk_degree"}, "score_percent"),
    (education.grade_for_percentage, {"score_percent": 71, "grading_system": "hogwarts"}, "grading_system"),
    (education.multiple_choice_test_score, QUIZ | {"correct": -1}, "correct"),
    (education.multiple_choice_test_score, QUIZ | {"wrong": 1001}, "wrong"),
    (education.multiple_choice_test_score, QUIZ | {"unanswered": -1}, "unanswered"),
    (education.multiple_choice_test_score, QUIZ | {"points_per_correct": 0}, "points_per_correct"),
    (education.multiple_choice_test_score, QUIZ | {"penalty_per_wrong": -0.5}, "penalty_per_wrong"),
    (education.multiple_choice_test_score, {"correct": 0, "wrong": 0}, "correct"),
    (education.text_reading_level, {"text": " ... "}, "text"),
    (education.text_reading_level, {"text": "word " * 2001}, "text"),
    (education.text_reading_level, {"text": CATS, "measure": "guess"}, "measure"),
    (education.next_flashcard_review, REVIEW | {"card": CARD | {"repetitions": -1}}, "card"),
    (education.next_flashcard_review, REVIEW | {"card": CARD | {"interval_days": 4000}}, "card"),
    (education.next_flashcard_review, REVIEW | {"card": CARD | {"ease_factor": 1.2}}, "card"),
    (education.next_flashcard_review, REVIEW | {"recall_quality": 6}, "recall_quality"),
    (education.next_flashcard_review, REVIEW | {"reviewed_on": "2026-02-30"}, "reviewed_on"),
    (education.next_flashcard_review, REVIEW | {"reviewed_on": "today"}, "reviewed_on"),
    (education.next_flashcard_review, REVIEW | {"reviewed_on": "2201-01-01"}, "reviewed_on"),
    (education.find_timetable_clashes, {"classes": [LATIN]}, "classes"),
    (education.find_timetable_clashes, {"classes": [LATIN, MUSIC | {"name": ""}]}, "classes"),
    (education.find_timetable_clashes, {"classes": [LATIN, MUSIC | {"weekday": "mon"}]}, "classes"),
    (education.find_timetable_clashes, {"classes": [LATIN, MUSIC | {"start": "9:30"}]}, "classes"),
    (education.find_timetable_clashes, {"classes": [LATIN, MUSIC | {"end": "24:00"}]}, "classes"),
    (education.find_timetable_clashes, {"classes": [LATIN, MUSIC | {"end": "09:30"}]}, "classes"),
    (education.plan_study_hours, {"subjects": [], "total_hours": 20}, "subjects"),
    (education.plan_study_hours, {"subjects": [SUBJECT, SUBJECT], "total_hours": 20}, "subjects"),
    (education.plan_study_hours, {"subjects": [SUBJECT | {"name": ""}], "total_hours": 20}, "subjects"),
    (education.plan_study_hours, {"subjects": [SUBJECT | {"difficulty": "insane"}], "total_hours": 20}, "subjects"),
    (education.plan_study_hours, {"subjects": [SUBJECT], "total_hours": 0}, "total_hours"),
    (education.vocabulary_words_per_day, WORDS | {"words_to_learn": 0}, "words_to_learn"),
    (education.vocabulary_words_per_day, WORDS | {"start_date": "4 May"}, "start_date"),
    (education.vocabulary_words_per_day, WORDS | {"goal_date": "2026-05-03"}, "goal_date"),
    (education.vocabulary_words_per_day, WORDS | {"goal_date": "2037-05-03"}, "goal_date"),
    (education.vocabulary_words_per_day, WORDS | {"rest_days": ["funday"]}, "rest_days"),
    (education.vocabulary_words_per_day, WORDS | {"rest_days": ["monday"] * 7}, "rest_days"),
    (
        education.vocabulary_words_per_day,
        WORDS | {"goal_date": "2026-05-05", "rest_days": ["monday", "tuesday"]},
        "rest_days",
    ),
    (education.percentile_rank_of_test_score, {"score": 200, "scale": "iq"}, "score"),
    (education.percentile_rank_of_test_score, {"score": math.nan, "scale": "z_score"}, "score"),
    (education.percentile_rank_of_test_score, {"score": 110, "scale": "stanine"}, "scale"),
]

KNOWN = [
    # (3 * 3.0 + 4 * 4.0 + 1 * 0.0) / 8
    (
        education.grade_point_average,
        {"courses": [COURSE, COURSE | {"grade": "A+", "credits": 4}, COURSE | {"grade": "F", "credits": 1}]},
        {"gpa": 3.13, "credits": 8.0},
    ),
    (
        education.grade_point_average,
        {"courses": [COURSE | {"grade": "A+"}], "highest_points": "4.3"},
        {"gpa": 4.3, "credits": 3.0},
    ),
    (
        education.weighted_course_grade,
        {"graded_work": [WORK, WORK | {"score_percent": 95, "weight_percent": 60}]},
        {"grade_percent": 89.0, "weight_graded_percent": 100.0},
    ),
    (education.weighted_course_grade, {"graded_work": [WORK]}, {"grade_percent": 80.0, "weight_graded_percent": 40.0}),
    # 0.6 * 80 + 0.4 * 92.5 = 85
    (education.score_needed_on_final_exam, FINAL, {"score_percent": 92.5, "outlook": "possible"}),
    (
        education.score_needed_on_final_exam,
        FINAL | {"final_weight_percent": 100, "wanted_grade_percent": 100},
        {"score_percent": 100.0, "outlook": "possible"},
    ),
    (
        education.score_needed_on_final_exam,
        {"current_grade_percent": 90, "final_weight_percent": 10, "wanted_grade_percent": 81},
        {"score_percent": 0.0, "outlook": "secured"},
    ),
    (education.grade_for_percentage, {"score_percent": 89.9, "grading_system": "us_letter"}, "B"),
    (education.grade_for_percentage, {"score_percent": 97, "grading_system": "us_plus_minus"}, "A+"),
    (education.grade_for_percentage, {"score_percent": 39.5, "grading_system": "uk_degree"}, "Fail"),
    (education.grade_for_percentage, {"score_percent": 92, "grading_system": "german_ihk"}, "1 (sehr gut)"),
    (education.grade_for_percentage, {"score_percent": 72.5, "grading_system": "french_mention"}, "bien"),
    (education.grade_for_percentage, {"score_percent": 0, "grading_system": "australian"}, "Fail"),
    (
        education.multiple_choice_test_score,
        QUIZ | {"unanswered": 2},
        {"points": 18.0, "maximum_points": 30.0, "percent": 60.0},
    ),
    (
        education.multiple_choice_test_score,
        {"correct": 0, "wrong": 4, "penalty_per_wrong": 0.5},
        {"points": -2.0, "maximum_points": 4.0, "percent": -50.0},
    ),
    # 6 words of one syllable and 17 letters: 0.39 * 6 + 11.8 - 15.59, 206.835 - 1.015 * 6 - 84.6,
    # 4.71 * 17 / 6 + 3 - 21.43 and 5.88 * 17 / 6 - 29.6 / 6 - 15.8.
    (education.text_reading_level, {"text": CATS}, {"score": -1.5, "sentences": 1, "words": 6}),
    (
        education.text_reading_level,
        {"text": CATS, "measure": "flesch_reading_ease"},
        {"score": 116.1, "sentences": 1, "words": 6},
    ),
    (
        education.text_reading_level,
        {"text": CATS, "measure": "automated_readability"},
        {"score": -5.1, "sentences": 1, "words": 6},
    ),
    (
        education.text_reading_level,
        {"text": CATS, "measure": "coleman_liau"},
        {"score": -4.1, "sentences": 1, "words": 6},
    ),
    # A decimal point ends no sentence; waited and needed have 2 syllables, the others 1: 10 in 8 words.
    (
        education.text_reading_level,
        {"text": "He ran 3.5 miles. She waited where needed!"},
        {"score": 0.7, "sentences": 2, "words": 8},
    ),
    (
        education.next_flashcard_review,
        REVIEW,
        {"review_date": "2026-02-15", "repetitions": 3, "interval_days": 15, "ease_factor": 2.5},
    ),
    (
        education.next_flashcard_review,
        REVIEW | {"card": {"repetitions": 0, "interval_days": 0, "ease_factor": 2.5}, "recall_quality": 5},
        {"review_date": "2026-02-01", "repetitions": 1, "interval_days": 1, "ease_factor": 2.6},
    ),
    (
        education.next_flashcard_review,
        REVIEW | {"card": {"repetitions": 4, "interval_days": 20, "ease_factor": 1.35}, "recall_quality": 3},
        {"review_date": "2026-02-27", "repetitions": 5, "interval_days": 27, "ease_factor": 1.3},
    ),
    (
        education.next_flashcard_review,
        REVIEW | {"recall_quality": 0},
        {"review_date": "2026-02-01", "repetitions": 0, "interval_days": 1, "ease_factor": 2.5},
    ),
    (
        education.find_timetable_clashes,
        {"classes": [LATIN, MUSIC]},
        [{"first": "Latin", "second": "Music", "weekday": "monday", "start": "09:30", "end": "10:00"}],
    ),
    (education.find_timetable_clashes, {"classes": [LATIN, MUSIC | {"weekday": "friday"}]}, []),
    (education.find_timetable_clashes, {"classes": [LATIN, MUSIC | {"start": "10:00"}]}, []),
    (
        education.plan_study_hours,
        {"subjects": [SUBJECT, {"name": "Art", "difficulty": "easy"}], "total_hours": 20},
        {"Latin": 15.0, "Art": 5.0},
    ),
    # 4 to 31 May 2026 are four whole weeks.
    (education.vocabulary_words_per_day, WORDS, {"learning_days": 28, "words_per_day": 11}),
    (
        education.vocabulary_words_per_day,
        WORDS | {"rest_days": ["saturday", "sunday"]},
        {"learning_days": 20, "words_per_day": 15},
    ),
    (education.percentile_rank_of_test_score, {"score": 130, "scale": "iq"}, 97.7),
    (education.percentile_rank_of_test_score, {"score": 60, "scale": "t_score"}, 84.1),
    (education.percentile_rank_of_test_score, {"score": -1.96, "scale": "z_score"}, 2.5),
    (education.percentile_rank_of_test_score, {"score": 10, "scale": "scaled_score"}, 50.0),
]


@pytest.mark.parametrize(("function", "arguments", "name"), WRONG)
def test_wrong_value_names_the_argument(function: Callable[..., object], arguments: dict[str, Any], name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}\\b"):
        function(**arguments)


@pytest.mark.parametrize(("function", "arguments", "expected"), KNOWN)
def test_known_value(function: Callable[..., object], arguments: dict[str, Any], expected: object) -> None:
    assert function(**arguments) == expected

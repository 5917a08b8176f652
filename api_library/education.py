"""Education: grades, tests, reading levels, study plans, reviews and timetables."""

import math
import re
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import combinations
from typing import Literal, TypedDict, TypeVar

LetterGrade = Literal["A+", "A", "A-", "B+", "B", "B-", "C+", "C", "C-", "D+", "D", "D-", "F"]
GradingSystem = Literal["us_letter", "us_plus_minus", "uk_degree", "german_ihk", "french_mention", "australian"]
ReadingMeasure = Literal["flesch_kincaid_grade", "flesch_reading_ease", "automated_readability", "coleman_liau"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Difficulty = Literal["easy", "medium", "hard"]
TestScale = Literal["z_score", "t_score", "iq", "scaled_score"]


class CourseGrade(TypedDict):
    """The grade of a finished course."""

    course: str
    grade: LetterGrade
    credits: float


class GradedWork(TypedDict):
    """A part of a course, such as the homework, and how it went."""

    name: str
    score_percent: float
    weight_percent: float


class FlashcardState(TypedDict):
    """What is known of a flashcard before it is reviewed."""

    repetitions: int
    interval_days: int
    ease_factor: float


class ClassMeeting(TypedDict):
    """A class that meets once a week."""

    name: str
    weekday: Weekday
    start: str
    end: str


class ExamSubject(TypedDict):
    """A subject to study for."""

    name: str
    difficulty: Difficulty


class NextReview(TypedDict):
    """What next_flashcard_review returns."""

    review_date: str
    repetitions: int
    interval_days: int
    ease_factor: float


class TimetableClash(TypedDict):
    """Two classes that overlap, and when."""

    first: str
    second: str
    weekday: str
    start: str
    end: str


_Entry = TypeVar("_Entry")

_GRADE_POINTS = {
    "A+": 4.0,
    "A": 4.0,
    "A-": 3.7,
    "B+": 3.3,
    "B": 3.0,
    "B-": 2.7,
    "C+": 2.3,
    "C": 2.0,
    "C-": 1.7,
    "D+": 1.3,
    "D": 1.0,
    "D-": 0.7,
    "F": 0.0,
}

# The lowest percentage of each grade, best first: the usual scales of American schools, the bands of UK
# honours degrees, the 100-point key of the German chambers of commerce, the mentions of the French baccalaureat
# (out of 20: 18, 16, 14, 12, 10) and the common Australian university grades.
_GRADE_BANDS: dict[str, list[tuple[float, str]]] = {
    "us_letter": [(90, "A"), (80, "B"), (70, "C"), (60, "D"), (0, "F")],
    "us_plus_minus": [
        (97, "A+"),
        (93, "A"),
        (90, "A-"),
        (87, "B+"),
        (83, "B"),
        (80, "B-"),
        (77, "C+"),
        (73, "C"),
        (70, "C-"),
        (67, "D+"),
        (63, "D"),
        (60, "D-"),
        (0, "F"),
    ],
    "uk_degree": [(70, "First"), (60, "Upper second (2:1)"), (50, "Lower second (2:2)"), (40, "Third"), (0, "Fail")],
    "german_ihk": [
        (92, "1 (sehr gut)"),
        (81, "2 (gut)"),
        (67, "3 (befriedigend)"),
        (50, "4 (ausreichend)"),
        (30, "5 (mangelhaft)"),
        (0, "6 (ungenügend)"),
    ],
    "french_mention": [
        (90, "très bien avec félicitations"),
        (80, "très bien"),
        (70, "bien"),
        (60, "assez bien"),
        (50, "passable"),
        (0, "insuffisant"),
    ],
    "australian": [(85, "High Distinction"), (75, "Distinction"), (65, "Credit"), (50, "Pass"), (0, "Fail")],
}

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_READING_FORMULAS = ("flesch_kincaid_grade", "flesch_reading_ease", "automated_readability", "coleman_liau")
_DIFFICULTY_WEIGHTS = {"easy": 1, "medium": 2, "hard": 3}
_TEST_SCALES = {"z_score": (0, 1), "t_score": (50, 10), "iq": (100, 15), "scaled_score": (10, 3)}  # mean, deviation


def _check_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} must be between {low} and {high}, got {value}")


def _check_name(name: str, text: str) -> None:
    if not text.strip() or len(text) > 100:
        raise ValueError(f"{name} must have 1 to 100 characters, not only spaces, got {text[:100]!r}")


def _check_choice(name: str, value: str, allowed: Iterable[str]) -> None:
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {value[:50]!r}")


def _pick(name: str, key: str, table: dict[str, _Entry]) -> _Entry:
    _check_choice(name, key, table)
    return table[key]


def _parse_date(name: str, text: str) -> date:
    problem = ValueError(f"{name} must be a real date as YYYY-MM-DD, year 1900 to 2200, got {text[:50]!r}")
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise problem
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise problem from None
    if not 1900 <= day.year <= 2200:
        raise problem
    return day


def _check_clock(name: str, text: str) -> None:
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise ValueError(f"{name} must be a 24-hour time as HH:MM, got {text[:50]!r}")


def _rounded(value: float, decimals: int) -> float:
    """Round halves away from zero, as 3.125 -> 3.13, and never give -0.0."""
    return math.copysign(math.floor(round(abs(value) * 10**decimals, 6) + 0.5) / 10**decimals, value) + 0.0


def grade_point_average(courses: list[CourseGrade], highest_points: Literal["4.0", "4.3"] = "4.0") -> dict[str, float]:
    """Compute the grade point average (GPA) of courses with letter grades and credits.

    A is 4.0 points, A- 3.7, B+ 3.3, B 3.0 and so on to D- 0.7 and F 0.

    Args:
        courses: 1 to 100 objects with course (name, 1 to 100 characters), grade (A+, A, A-, B+ ... D-, F) and
            credits (credit hours, 0.5 to 60).
        highest_points: What an A+ counts: 4.0 (as an A) or 4.3.

    Returns:
        An object with gpa (average weighted by credits, rounded to 2 decimals) and credits (their total).

    Raises:
        ValueError: If a name is empty, a grade or the scale is unknown, credits are out of range, or there are
            none or too many courses.

    Examples:
        >>> grade_point_average(
        ...     courses=[
        ...         {"course": "Calculus", "grade": "B+", "credits": 4},
        ...         {"course": "English", "grade": "A-", "credits": 3},
        ...         {"course": "Chemistry", "grade": "C", "credits": 4},
        ...     ]
        ... )
        {'gpa': 2.94, 'credits': 11.0}
        >>> grade_point_average(
        ...     courses=[
        ...         {"course": "Painting", "grade": "A+", "credits": 2},
        ...         {"course": "World History", "grade": "B-", "credits": 3},
        ...     ],
        ...     highest_points="4.3",
        ... )
        {'gpa': 3.34, 'credits': 5.0}
        >>> grade_point_average(
        ...     courses=[
        ...         {"course": "Statistics", "grade": "D+", "credits": 1.5},
        ...         {"course": "Biology Lab", "grade": "F", "credits": 1},
        ...         {"course": "Spanish", "grade": "A+", "credits": 5},
        ...     ]
        ... )
        {'gpa': 2.93, 'credits': 7.5}
    """
    _check_range("courses length", len(courses), 1, 100)
    points = _GRADE_POINTS | {"A+": _pick("highest_points", highest_points, {"4.0": 4.0, "4.3": 4.3})}
    earned = total = 0.0
    for index, course in enumerate(courses):
        _check_name(f"courses[{index}].course", course["course"])
        _check_range(f"courses[{index}].credits", course["credits"], 0.5, 60)
        earned += _pick(f"courses[{index}].grade", course["grade"], points) * course["credits"]
        total += course["credits"]
    return {"gpa": _rounded(earned / total, 2), "credits": round(total, 2)}


def weighted_course_grade(graded_work: list[GradedWork]) -> dict[str, float]:
    """Compute the grade in a course so far from weighted parts such as homework and exams.

    Args:
        graded_work: The parts that are graded, 1 to 50 objects with name (1 to 100 characters), score_percent
            (0 to 150, above 100 with extra credit) and weight_percent (share of the course grade, 0.1 to 100,
            together at most 100).

    Returns:
        An object with grade_percent (weighted average of the graded parts) and weight_graded_percent (how much
        of the course they make up), rounded to 2 decimals.

    Raises:
        ValueError: If a name is empty, a number is out of range, the weights are over 100, or there are no or
            too many parts.

    Examples:
        >>> weighted_course_grade(
        ...     graded_work=[
        ...         {"name": "homework", "score_percent": 92, "weight_percent": 20},
        ...         {"name": "midterm", "score_percent": 78.5, "weight_percent": 30},
        ...     ]
        ... )
        {'grade_percent': 83.9, 'weight_graded_percent': 50.0}
        >>> weighted_course_grade(
        ...     graded_work=[
        ...         {"name": "labs", "score_percent": 88, "weight_percent": 25},
        ...         {"name": "essay", "score_percent": 71, "weight_percent": 35},
        ...         {"name": "final exam", "score_percent": 64, "weight_percent": 40},
        ...     ]
        ... )
        {'grade_percent': 72.45, 'weight_graded_percent': 100.0}
        >>> weighted_course_grade(
        ...     graded_work=[{"name": "group project", "score_percent": 104, "weight_percent": 15}]
        ... )
        {'grade_percent': 104.0, 'weight_graded_percent': 15.0}
    """
    _check_range("graded_work length", len(graded_work), 1, 50)
    for index, work in enumerate(graded_work):
        _check_name(f"graded_work[{index}].name", work["name"])
        _check_range(f"graded_work[{index}].score_percent", work["score_percent"], 0, 150)
        _check_range(f"graded_work[{index}].weight_percent", work["weight_percent"], 0.1, 100)
    weight = round(math.fsum(work["weight_percent"] for work in graded_work), 6)
    if weight > 100:
        raise ValueError(f"graded_work must have weights of at most 100 percent together, got {weight}")
    earned = math.fsum(work["score_percent"] * work["weight_percent"] for work in graded_work)
    return {"grade_percent": _rounded(earned / weight, 2), "weight_graded_percent": _rounded(weight, 2)}


def score_needed_on_final_exam(
    current_grade_percent: float, final_weight_percent: float, wanted_grade_percent: float
) -> dict[str, float | str]:
    """Compute the score that a student needs on the final exam to finish with the grade wanted.

    Args:
        current_grade_percent: Grade before the final exam in percent, 0 to 150.
        final_weight_percent: Share of the final exam in the course grade in percent, 1 to 100.
        wanted_grade_percent: Course grade wanted in percent, 1 to 150.

    Returns:
        An object with score_percent (rounded up to 1 decimal, may be below 0 or above 100) and outlook: secured
        (0 or less is enough), possible (up to 100) or out of reach.

    Raises:
        ValueError: If an argument is out of its range.

    Examples:
        >>> score_needed_on_final_exam(
        ...     current_grade_percent=84, final_weight_percent=30, wanted_grade_percent=87
        ... )
        {'score_percent': 94.0, 'outlook': 'possible'}
        >>> score_needed_on_final_exam(
        ...     current_grade_percent=71.5, final_weight_percent=20, wanted_grade_percent=80
        ... )
        {'score_percent': 114.0, 'outlook': 'out of reach'}
        >>> score_needed_on_final_exam(
        ...     current_grade_percent=96, final_weight_percent=25, wanted_grade_percent=70
        ... )
        {'score_percent': -8.0, 'outlook': 'secured'}
    """
    _check_range("current_grade_percent", current_grade_percent, 0, 150)
    _check_range("final_weight_percent", final_weight_percent, 1, 100)
    _check_range("wanted_grade_percent", wanted_grade_percent, 1, 150)
    missing = 100 * wanted_grade_percent - current_grade_percent * (100 - final_weight_percent)
    score = math.ceil(round(10 * missing / final_weight_percent, 6)) / 10 + 0.0
    outlook = "secured" if score <= 0 else "possible" if score <= 100 else "out of reach"
    return {"score_percent": score, "outlook": outlook}


def grade_for_percentage(score_percent: float, grading_system: GradingSystem) -> str:
    """Convert a percentage score to a grade of a country's grading system.

    Args:
        score_percent: Score in percent, 0 to 100 (14.5 out of 20 is 72.5).
        grading_system: us_letter (A from 90, B from 80 ...), us_plus_minus (A+ from 97, A from 93, A- from 90 ...),
            uk_degree (honours class, First from 70), german_ihk (1 to 6, 1 from 92), french_mention (mention of
            the baccalaureat, bien from 70) or australian (university, High Distinction from 85).

    Returns:
        The grade, such as 'B+', 'Upper second (2:1)' or '3 (befriedigend)'.

    Raises:
        ValueError: If the score is out of range or the system is unknown.

    Examples:
        >>> grade_for_percentage(score_percent=88.5, grading_system="us_plus_minus")
        'B+'
        >>> grade_for_percentage(score_percent=64, grading_system="uk_degree")
        'Upper second (2:1)'
        >>> grade_for_percentage(score_percent=73, grading_system="german_ihk")
        '3 (befriedigend)'
        >>> grade_for_percentage(score_percent=81.2, grading_system="australian")
        'Distinction'
    """
    _check_range("score_percent", score_percent, 0, 100)
    bands = _pick("grading_system", grading_system, _GRADE_BANDS)
    return next(grade for lowest, grade in bands if score_percent >= lowest)


def multiple_choice_test_score(
    correct: int, wrong: int, unanswered: int = 0, points_per_correct: float = 1.0, penalty_per_wrong: float = 0.25
) -> dict[str, float]:
    """Score a multiple-choice test in which wrong answers cost points (negative marking).

    Args:
        correct: Questions answered correctly, 0 to 1000.
        wrong: Questions answered wrongly, 0 to 1000.
        unanswered: Questions left blank, 0 to 1000, which neither give nor cost points; 0 by default.
        points_per_correct: Points for a correct answer, 0.1 to 100; 1 by default.
        penalty_per_wrong: Points taken off for a wrong answer, 0 to 100; 0.25 by default.

    Returns:
        An object with points (may be below 0), maximum_points and percent (points as a share of the maximum),
        rounded to 2 decimals.

    Raises:
        ValueError: If an argument is out of its range or there is no question at all.

    Examples:
        >>> multiple_choice_test_score(correct=34, wrong=11, unanswered=5)
        {'points': 31.25, 'maximum_points': 50.0, 'percent': 62.5}
        >>> multiple_choice_test_score(
        ...     correct=128, wrong=40, unanswered=12, points_per_correct=4, penalty_per_wrong=1
        ... )
        {'points': 472.0, 'maximum_points': 720.0, 'percent': 65.56}
        >>> multiple_choice_test_score(correct=17, wrong=8, penalty_per_wrong=0.33)
        {'points': 14.36, 'maximum_points': 25.0, 'percent': 57.44}
        >>> multiple_choice_test_score(correct=22, wrong=3, points_per_correct=2.5, penalty_per_wrong=0.5)
        {'points': 53.5, 'maximum_points': 62.5, 'percent': 85.6}
    """
    for name, count in {"correct": correct, "wrong": wrong, "unanswered": unanswered}.items():
        _check_range(name, count, 0, 1000)
    _check_range("points_per_correct", points_per_correct, 0.1, 100)
    _check_range("penalty_per_wrong", penalty_per_wrong, 0, 100)
    if not correct + wrong + unanswered:
        raise ValueError("correct, wrong and unanswered must add up to at least 1 question, got 0")
    points = correct * points_per_correct - wrong * penalty_per_wrong
    maximum = (correct + wrong + unanswered) * points_per_correct
    return {
        "points": _rounded(points, 2),
        "maximum_points": _rounded(maximum, 2),
        "percent": _rounded(100 * points / maximum, 2),
    }


def text_reading_level(text: str, measure: ReadingMeasure = "flesch_kincaid_grade") -> dict[str, float | int]:
    """Measure how hard an English text is to read, such as its Flesch-Kincaid school grade.

    Syllables are counted as groups of vowels, without the silent e of a final -e, -es or -ed.

    Args:
        text: The English text, 1 to 10000 characters with at least one word; sentences end with . ! or ?
        measure: flesch_kincaid_grade, automated_readability or coleman_liau (United States school grade, higher
            is harder), or flesch_reading_ease (mostly 0 to 100, higher is easier).

    Returns:
        An object with score (rounded to 1 decimal), sentences and words.

    Raises:
        ValueError: If the text has no word or is too long, or the measure is unknown.

    Examples:
        >>> text_reading_level(text="The cat sat on the mat. It was warm and the cat was happy.")
        {'score': -0.2, 'sentences': 2, 'words': 14}
        >>> text_reading_level(
        ...     text="Photosynthesis converts sunlight into chemical energy. Plants store it as sugar!",
        ...     measure="flesch_reading_ease",
        ... )
        {'score': 24.4, 'sentences': 2, 'words': 11}
        >>> text_reading_level(
        ...     text="The committee postponed its decision until further evidence was available.",
        ...     measure="coleman_liau",
        ... )
        {'score': 18.9, 'sentences': 1, 'words': 10}
        >>> text_reading_level(
        ...     text="Where did the old ship go? Nobody in the harbor knew.", measure="automated_readability"
        ... )
        {'score': -1.1, 'sentences': 2, 'words': 11}
    """
    _check_choice("measure", measure, _READING_FORMULAS)
    words = re.findall(r"[^\W_]+(?:(?:['’-]|(?<=\d)[.,](?=\d))[^\W_]+)*", text)  # noqa: RUF001
    if not words or len(text) > 10_000:
        raise ValueError(f"text must have 1 to 10000 characters and at least one word, got {text[:50]!r}")
    pieces = re.split(r"[.!?]+(?=[\s\"'”)]|$)", text)
    sentences = max(1, sum(re.search(r"[^\W_]", piece) is not None for piece in pieces))
    letters = sum(character.isalnum() for word in words for character in word)
    syllables = sum(_syllables(word) for word in words)
    score = _reading_score(measure, letters, syllables, len(words), sentences)
    return {"score": _rounded(score, 1), "sentences": sentences, "words": len(words)}


def next_flashcard_review(card: FlashcardState, recall_quality: int, reviewed_on: str) -> NextReview:
    """Schedule the next review of a flashcard by spaced repetition (SM-2, as in SuperMemo).

    With a recall quality of 3 or more the interval becomes 1 day, then 6 days, then the last interval times the ease
    factor before this review, rounded up, and the ease factor changes by 0.1 - (5 - q) * (0.08 + (5 - q) * 0.02)
    to 1.3 at least. Below 3 the card starts again at 1 day and keeps its ease factor.

    Args:
        card: The card before the review: repetitions (successful reviews in a row, 0 to 100), interval_days
            (last interval in days, 0 to 3650, 0 for a new card) and ease_factor (1.3 to 5, 2.5 for a new card).
        recall_quality: How well it was remembered: 0 (not at all) to 5 (perfectly).
        reviewed_on: Date of this review as YYYY-MM-DD, year 1900 to 2200.

    Returns:
        An object with review_date (YYYY-MM-DD) and the card's new repetitions, interval_days and ease_factor
        (rounded to 2 decimals).

    Raises:
        ValueError: If a value is out of range or the date is not valid.

    Examples:
        >>> next_flashcard_review(
        ...     card={"repetitions": 2, "interval_days": 6, "ease_factor": 2.5},
        ...     recall_quality=4,
        ...     reviewed_on="2026-03-09",
        ... )
        {'review_date': '2026-03-24', 'repetitions': 3, 'interval_days': 15, 'ease_factor': 2.5}
        >>> next_flashcard_review(
        ...     card={"repetitions": 5, "interval_days": 38, "ease_factor": 2.18},
        ...     recall_quality=2,
        ...     reviewed_on="2025-11-30",
        ... )
        {'review_date': '2025-12-01', 'repetitions': 0, 'interval_days': 1, 'ease_factor': 2.18}
        >>> next_flashcard_review(
        ...     card={"repetitions": 1, "interval_days": 1, "ease_factor": 2.36},
        ...     recall_quality=3,
        ...     reviewed_on="2025-12-28",
        ... )
        {'review_date': '2026-01-03', 'repetitions': 2, 'interval_days': 6, 'ease_factor': 2.22}
    """
    _check_range("card.repetitions", card["repetitions"], 0, 100)
    _check_range("card.interval_days", card["interval_days"], 0, 3650)
    _check_range("card.ease_factor", card["ease_factor"], 1.3, 5)
    _check_range("recall_quality", recall_quality, 0, 5)
    day = _parse_date("reviewed_on", reviewed_on)
    repetitions, interval, ease = 0, 1, card["ease_factor"]
    if recall_quality >= 3:
        repetitions = card["repetitions"] + 1
        if repetitions > 2:
            interval = max(1, math.ceil(round(card["interval_days"] * ease, 6)))
        elif repetitions == 2:
            interval = 6
        lapse = 5 - recall_quality
        ease = max(1.3, ease + 0.1 - lapse * (0.08 + lapse * 0.02))
    return {
        "review_date": (day + timedelta(days=interval)).isoformat(),
        "repetitions": repetitions,
        "interval_days": interval,
        "ease_factor": round(ease, 2),
    }


def find_timetable_clashes(classes: list[ClassMeeting]) -> list[TimetableClash]:
    """Find the classes of a weekly timetable that overlap.

    Args:
        classes: 2 to 100 objects with name (1 to 100 characters), weekday (monday to sunday), start and end
            (24-hour times as HH:MM, the end after the start). A class may begin when another one ends.

    Returns:
        Each pair of classes that clash: first and second (names in the order given), weekday, and start and end
        of the time they share; empty if nothing clashes.

    Raises:
        ValueError: If a name is empty, a weekday is unknown, a time is not valid, a class does not end after its
            start, or there are too few or too many classes.

    Examples:
        >>> find_timetable_clashes(
        ...     classes=[
        ...         {"name": "Physics", "weekday": "tuesday", "start": "09:00", "end": "10:30"},
        ...         {"name": "French", "weekday": "tuesday", "start": "10:15", "end": "11:00"},
        ...         {"name": "Art", "weekday": "thursday", "start": "10:15", "end": "12:00"},
        ...     ]
        ... )
        [{'first': 'Physics', 'second': 'French', 'weekday': 'tuesday', 'start': '10:15', 'end': '10:30'}]
        >>> find_timetable_clashes(
        ...     classes=[
        ...         {"name": "Algebra", "weekday": "monday", "start": "08:30", "end": "10:00"},
        ...         {"name": "Geography", "weekday": "monday", "start": "10:00", "end": "11:15"},
        ...     ]
        ... )
        []
        >>> find_timetable_clashes(
        ...     classes=[
        ...         {"name": "Choir", "weekday": "friday", "start": "13:00", "end": "16:00"},
        ...         {"name": "Chess club", "weekday": "friday", "start": "14:20", "end": "15:05"},
        ...     ]
        ... )
        [{'first': 'Choir', 'second': 'Chess club', 'weekday': 'friday', 'start': '14:20', 'end': '15:05'}]
    """
    _check_range("classes length", len(classes), 2, 100)
    for index, meeting in enumerate(classes):
        _check_name(f"classes[{index}].name", meeting["name"])
        _check_choice(f"classes[{index}].weekday", meeting["weekday"], _WEEKDAYS)
        _check_clock(f"classes[{index}].start", meeting["start"])
        _check_clock(f"classes[{index}].end", meeting["end"])
        if meeting["end"] <= meeting["start"]:
            raise ValueError(f"classes[{index}].end must be after its start ({meeting['start']}), got {meeting['end']}")
    return [
        {
            "first": a["name"],
            "second": b["name"],
            "weekday": a["weekday"],
            "start": max(a["start"], b["start"]),
            "end": min(a["end"], b["end"]),
        }
        for a, b in combinations(classes, 2)
        if a["weekday"] == b["weekday"] and a["start"] < b["end"] and b["start"] < a["end"]
    ]


def plan_study_hours(subjects: list[ExamSubject], total_hours: float) -> dict[str, float]:
    """Share out study hours among exam subjects by their difficulty.

    A medium subject gets twice and a hard one three times the hours of an easy one.

    Args:
        subjects: 1 to 30 objects with name (1 to 100 characters, each once) and difficulty (easy, medium or hard).
        total_hours: Hours there are to study, 0.5 to 5000.

    Returns:
        An object with the hours of each subject by its name, rounded to 2 decimals.

    Raises:
        ValueError: If a name is empty or comes twice, a difficulty is unknown, the hours are out of range, or
            there are none or too many subjects.

    Examples:
        >>> plan_study_hours(
        ...     subjects=[
        ...         {"name": "Organic Chemistry", "difficulty": "hard"},
        ...         {"name": "Sociology", "difficulty": "easy"},
        ...         {"name": "Microeconomics", "difficulty": "medium"},
        ...     ],
        ...     total_hours=45,
        ... )
        {'Organic Chemistry': 22.5, 'Sociology': 7.5, 'Microeconomics': 15.0}
        >>> plan_study_hours(
        ...     subjects=[
        ...         {"name": "Latin", "difficulty": "medium"},
        ...         {"name": "Music", "difficulty": "easy"},
        ...     ],
        ...     total_hours=12.5,
        ... )
        {'Latin': 8.33, 'Music': 4.17}
        >>> plan_study_hours(
        ...     subjects=[
        ...         {"name": "Anatomy", "difficulty": "hard"},
        ...         {"name": "Pharmacology", "difficulty": "hard"},
        ...         {"name": "Ethics", "difficulty": "easy"},
        ...     ],
        ...     total_hours=60,
        ... )
        {'Anatomy': 25.71, 'Pharmacology': 25.71, 'Ethics': 8.57}
    """
    _check_range("subjects length", len(subjects), 1, 30)
    _check_range("total_hours", total_hours, 0.5, 5000)
    weights: dict[str, int] = {}
    for index, subject in enumerate(subjects):
        _check_name(f"subjects[{index}].name", subject["name"])
        if subject["name"] in weights:
            raise ValueError(f"subjects must name each subject once, got {subject['name'][:50]!r} twice")
        weights[subject["name"]] = _pick(f"subjects[{index}].difficulty", subject["difficulty"], _DIFFICULTY_WEIGHTS)
    hours_per_weight = total_hours / sum(weights.values())
    return {name: _rounded(weight * hours_per_weight, 2) for name, weight in weights.items()}


def vocabulary_words_per_day(
    words_to_learn: int, start_date: str, goal_date: str, rest_days: list[Weekday] | None = None
) -> dict[str, int]:
    """Compute how many new words to learn a day to know a vocabulary by a date.

    Args:
        words_to_learn: New words to learn in all, 1 to 100000.
        start_date: First day of learning as YYYY-MM-DD, year 1900 to 2200.
        goal_date: Last day of learning as YYYY-MM-DD, at most 10 years later.
        rest_days: Up to 6 weekdays without learning (monday to sunday); none if left out.

    Returns:
        An object with learning_days (first and last day counted) and words_per_day (rounded up).

    Raises:
        ValueError: If a number is out of range, a date or weekday is not valid, goal_date is before start_date
            or too late, or there is no learning day between them.

    Examples:
        >>> vocabulary_words_per_day(words_to_learn=1200, start_date="2026-01-05", goal_date="2026-04-30")
        {'learning_days': 116, 'words_per_day': 11}
        >>> vocabulary_words_per_day(
        ...     words_to_learn=450,
        ...     start_date="2025-09-01",
        ...     goal_date="2025-10-17",
        ...     rest_days=["saturday", "sunday"],
        ... )
        {'learning_days': 35, 'words_per_day': 13}
        >>> vocabulary_words_per_day(
        ...     words_to_learn=80, start_date="2026-07-13", goal_date="2026-07-24", rest_days=["wednesday"]
        ... )
        {'learning_days': 10, 'words_per_day': 8}
    """
    _check_range("words_to_learn", words_to_learn, 1, 100_000)
    start, goal = _parse_date("start_date", start_date), _parse_date("goal_date", goal_date)
    days = (goal - start).days + 1
    if not 1 <= days <= 3654:
        raise ValueError(f"goal_date must be from start_date ({start_date}) to 10 years later, got {goal_date}")
    rest = rest_days or []
    _check_range("rest_days length", len(rest), 0, 6)
    for index, weekday in enumerate(rest):
        _check_choice(f"rest_days[{index}]", weekday, _WEEKDAYS)
    weekdays = Counter(_WEEKDAYS[(start.weekday() + number) % 7] for number in range(days))
    learning_days = sum(count for weekday, count in weekdays.items() if weekday not in rest)
    if not learning_days:
        raise ValueError(f"rest_days must leave a day to learn from {start_date} to {goal_date}")
    return {"learning_days": learning_days, "words_per_day": -(-words_to_learn // learning_days)}


def percentile_rank_of_test_score(score: float, scale: TestScale) -> float:
    """Convert a standardized test score, such as an IQ or a T-score, to its percentile.

    The scores are taken as normally distributed.

    Args:
        score: The score, at most 5 standard deviations from the mean.
        scale: z_score (mean 0, standard deviation 1), t_score (50 and 10), iq (100 and 15) or scaled_score (10
            and 3, as in subtests of Wechsler scales).

    Returns:
        The percentage of people with a lower score, rounded to 1 decimal.

    Raises:
        ValueError: If the score is too far from the mean or the scale is unknown.

    Examples:
        >>> percentile_rank_of_test_score(score=118, scale="iq")
        88.5
        >>> percentile_rank_of_test_score(score=43, scale="t_score")
        24.2
        >>> percentile_rank_of_test_score(score=1.65, scale="z_score")
        95.1
        >>> percentile_rank_of_test_score(score=7, scale="scaled_score")
        15.9
    """
    mean, deviation = _pick("scale", scale, _TEST_SCALES)
    _check_range("score", score, mean - 5 * deviation, mean + 5 * deviation)
    return _rounded(50 * math.erfc((mean - score) / deviation / math.sqrt(2)), 1)


def _syllables(word: str) -> int:
    word = re.sub(r"[^a-z]", "", word.lower())
    word = re.sub(r"(?<=[^aeiouytd])ed$|(?<=[^aeiouyl])e$|(?<=[^aeiouylscxzgh])es$|(?<=[aeiouy]l)es?$", "", word)
    return max(1, len(re.findall(r"[aeiouy]+", word)))


def _reading_score(measure: str, letters: int, syllables: int, words: int, sentences: int) -> float:
    """Apply the formulas of Flesch (1948), Kincaid et al. (1975), Smith and Senter (1967), Coleman and Liau (1975)."""
    if measure == "flesch_kincaid_grade":
        return 0.39 * words / sentences + 11.8 * syllables / words - 15.59
    if measure == "flesch_reading_ease":
        return 206.835 - 1.015 * words / sentences - 84.6 * syllables / words
    if measure == "automated_readability":
        return 4.71 * letters / words + 0.5 * words / sentences - 21.43
    return 5.88 * letters / words - 29.6 * sentences / words - 15.8

"""Media: images, prints, cameras, video, sound, music, subtitles and colors."""

import colorsys
import math
import re
from fractions import Fraction
from typing import Literal, TypedDict, TypeVar

ResizeMode = Literal["fit", "fill", "crop"]
FrameRate = Literal["23.976", "24", "25", "29.97", "29.97_drop_frame", "30", "50", "59.94", "60"]
CameraSensor = Literal["full_frame", "aps_c", "micro_four_thirds", "one_inch"]
NoteRhythm = Literal["straight", "dotted", "triplet"]
ColorNotation = Literal["hex", "rgb", "hsl"]


class PixelSize(TypedDict):
    """Width and height in pixels."""

    width: int
    height: int


class ResizedImage(TypedDict):
    """What resize_image_to_box returns."""

    width: int
    height: int
    scale_percent: float
    cropped_width: int
    cropped_height: int


class DepthOfField(TypedDict):
    """What depth_of_field returns."""

    near_meters: float
    far_meters: float | None
    hyperfocal_meters: float


class SubtitleCue(TypedDict):
    """One subtitle with its time on screen."""

    start: str
    end: str
    text: str


class Track(TypedDict):
    """A track of a playlist and how long it is."""

    title: str
    minutes: int
    seconds: int


class PlaylistLength(TypedDict):
    """What playlist_length returns."""

    total_time: str
    total_seconds: int
    longest_track: str


class ContrastReport(TypedDict):
    """What color_contrast_ratio returns."""

    ratio: float
    passes_aa: bool
    passes_aaa: bool


_Entry = TypeVar("_Entry")

_RESIZE_MODES = {"fit": min, "fill": max, "crop": max}

# Frames that a timecode counts in a second; at 23.976 it counts 24 and so runs slower than the clock.
_FRAMES_PER_SECOND = {
    "23.976": 24,
    "24": 24,
    "25": 25,
    "29.97": 30,
    "29.97_drop_frame": 30,
    "30": 30,
    "50": 50,
    "59.94": 60,
    "60": 60,
}

# Circle of confusion in millimeters: the usual 0.03 of 35 mm film, divided by the crop factor (1.5, 2 and 2.7).
_CONFUSION_MM = {"full_frame": 0.03, "aps_c": 0.02, "micro_four_thirds": 0.015, "one_inch": 0.011}

_RHYTHM_FACTORS = {"straight": 1.0, "dotted": 1.5, "triplet": 2 / 3}
_NOTE_BEATS = {"whole": 4.0, "half": 2.0, "quarter": 1.0, "eighth": 0.5, "sixteenth": 0.25}

_SHARP_NOTES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_FLAT_NOTES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
_NATURAL_NOTES = {note: place for place, note in enumerate(_SHARP_NOTES) if len(note) == 1}

_CHORD = re.compile(r"([A-G])([#b]?)((?:maj|min|m|M|dim|aug|sus|add|alt|no|/9|[0-9]|[#b+°ø()-])*)(?:/([A-G])([#b]?))?")


def _check_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} must be between {low} and {high}, got {value}")


def _check_count(name: str, count: int, most: int) -> None:
    if not 1 <= count <= most:
        raise ValueError(f"{name} must have 1 to {most} items, got {count}")


def _pick(name: str, key: str, table: dict[str, _Entry]) -> _Entry:
    if key not in table:
        raise ValueError(f"{name} must be one of {', '.join(table)}, got {key[:50]!r}")
    return table[key]


def _half_up(value: Fraction) -> int:
    return math.floor(value + Fraction(1, 2))


def _moved_note(letter: str, accidental: str, semitones: int, notes: tuple[str, ...]) -> str:
    return notes[(_NATURAL_NOTES[letter] + {"#": 1, "b": -1, "": 0}[accidental] + semitones) % 12]


def _subtitle_milliseconds(name: str, stamp: str) -> int:
    if not re.fullmatch(r"[0-9]{2}:[0-5][0-9]:[0-5][0-9],[0-9]{3}", stamp):
        raise ValueError(f"{name} must be a time as HH:MM:SS,mmm such as 00:01:23,450, got {stamp[:20]!r}")
    hours, minutes, seconds, milliseconds = map(int, re.split("[:,]", stamp))
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds


def _subtitle_stamp(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02},{rest:03}"


def _hex_channels(name: str, color: str) -> tuple[int, int, int]:
    if not re.fullmatch(r"#?([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})", color):
        raise ValueError(f"{name} must be a hex color such as #1E90FF or #FFF, got {color[:40]!r}")
    digits = color.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(2 * digit for digit in digits)
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def _color_channels(name: str, color: str) -> tuple[int, int, int]:
    """Read a color in any of the three notations as red, green and blue from 0 to 255."""
    numbers = re.fullmatch(r"(rgb|hsl)\(\s*([0-9]{1,3})\s*,\s*([0-9]{1,3})(%?)\s*,\s*([0-9]{1,3})(%?)\s*\)", color)
    if not numbers:
        try:
            return _hex_channels(name, color)
        except ValueError:
            raise ValueError(
                f"{name} must be as #1E90FF, rgb(30, 144, 255) or hsl(210, 100%, 56%), got {color[:40]!r}"
            ) from None
    notation, first, second, third = numbers[1], int(numbers[2]), int(numbers[3]), int(numbers[5])
    is_hsl = notation == "hsl"
    if (numbers[4] == "%") != is_hsl or (numbers[6] == "%") != is_hsl:
        raise ValueError(f"{name} must have percent signs on the last two numbers of hsl only, got {color[:50]!r}")
    for number, most in zip((first, second, third), (360, 100, 100) if is_hsl else (255, 255, 255), strict=True):
        _check_range(f"{name} {notation} number", number, 0, most)
    if not is_hsl:
        return first, second, third
    red, green, blue = colorsys.hls_to_rgb(first / 360, third / 100, second / 100)
    return round(255 * red), round(255 * green), round(255 * blue)


def _luminance(channels: tuple[int, int, int]) -> float:
    """Relative luminance of WCAG 2.2, 0 for black to 1 for white."""
    linear = []
    for channel in channels:
        part = channel / 255
        linear.append(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def resize_image_to_box(image: PixelSize, box: PixelSize, mode: ResizeMode) -> ResizedImage:
    """Compute the size of an image after it is scaled to a box without being distorted.

    Args:
        image: The image, an object with width and height in pixels, each 1 to 100000.
        box: The space to fill, an object with width and height in pixels, each 1 to 100000.
        mode: fit (the whole image lies inside the box), fill (the image covers the whole box and may stick out
            on one side) or crop (as fill, and what sticks out is cut off).

    Returns:
        An object with the final width and height in whole pixels (at least 1), scale_percent (100 is the old
        size, rounded to 2 decimals), and cropped_width and cropped_height (pixels cut off in all; 0 unless the
        mode is crop).

    Raises:
        ValueError: If a side is out of its range or mode is unknown.

    Examples:
        >>> resize_image_to_box(
        ...     image={"width": 4032, "height": 3024}, box={"width": 1920, "height": 1080}, mode="fit"
        ... )
        {'width': 1440, 'height': 1080, 'scale_percent': 35.71, 'cropped_width': 0, 'cropped_height': 0}
        >>> resize_image_to_box(
        ...     image={"width": 1600, "height": 1200}, box={"width": 500, "height": 500}, mode="crop"
        ... )
        {'width': 500, 'height': 500, 'scale_percent': 41.67, 'cropped_width': 167, 'cropped_height': 0}
        >>> resize_image_to_box(
        ...     image={"width": 640, "height": 480}, box={"width": 1280, "height": 720}, mode="fill"
        ... )
        {'width': 1280, 'height': 960, 'scale_percent': 200.0, 'cropped_width': 0, 'cropped_height': 0}
    """
    for name, size in (("image", image), ("box", box)):
        _check_range(f"{name}.width", size["width"], 1, 100_000)
        _check_range(f"{name}.height", size["height"], 1, 100_000)
    choose = _pick("mode", mode, _RESIZE_MODES)
    scale = choose(Fraction(box["width"], image["width"]), Fraction(box["height"], image["height"]))
    width, height = max(1, _half_up(image["width"] * scale)), max(1, _half_up(image["height"] * scale))
    final_width = box["width"] if mode == "crop" else width
    final_height = box["height"] if mode == "crop" else height
    return {
        "width": final_width,
        "height": final_height,
        "scale_percent": round(float(100 * scale), 2),
        "cropped_width": width - final_width,
        "cropped_height": height - final_height,
    }


def photo_print_size(width_pixels: int, height_pixels: int, dpi: int) -> dict[str, float]:
    """Compute how large a digital photo can be printed at a print resolution.

    Args:
        width_pixels: Width of the photo in pixels, 1 to 100000.
        height_pixels: Height of the photo in pixels, 1 to 100000.
        dpi: Print resolution in dots (pixels) per inch, 30 to 2400.

    Returns:
        A dict with width_cm, height_cm, width_inches and height_inches, rounded to 1 decimal, and megapixels,
        rounded to 1 decimal.

    Raises:
        ValueError: If an argument is out of its range.

    Examples:
        >>> photo_print_size(width_pixels=6000, height_pixels=4000, dpi=300)
        {'width_cm': 50.8, 'height_cm': 33.9, 'width_inches': 20.0, 'height_inches': 13.3, 'megapixels': 24.0}
        >>> photo_print_size(width_pixels=3024, height_pixels=4032, dpi=200)
        {'width_cm': 38.4, 'height_cm': 51.2, 'width_inches': 15.1, 'height_inches': 20.2, 'megapixels': 12.2}
        >>> photo_print_size(width_pixels=9504, height_pixels=6336, dpi=240)
        {'width_cm': 100.6, 'height_cm': 67.1, 'width_inches': 39.6, 'height_inches': 26.4, 'megapixels': 60.2}
    """
    _check_range("width_pixels", width_pixels, 1, 100_000)
    _check_range("height_pixels", height_pixels, 1, 100_000)
    _check_range("dpi", dpi, 30, 2400)
    return {
        "width_cm": round(2.54 * width_pixels / dpi, 1),
        "height_cm": round(2.54 * height_pixels / dpi, 1),
        "width_inches": round(width_pixels / dpi, 1),
        "height_inches": round(height_pixels / dpi, 1),
        "megapixels": round(width_pixels * height_pixels / 1_000_000, 1),
    }


def video_file_size(duration_minutes: float, video_mbps: float, audio_kbps: float = 0.0) -> dict[str, float]:
    """Estimate the file size of a video from its length and bit rates.

    Args:
        duration_minutes: Length of the video in minutes, 0.01 to 10000 (90 is an hour and a half).
        video_mbps: Bit rate of the picture in megabits per second (Mbps), 0.01 to 10000.
        audio_kbps: Bit rate of the sound in kilobits per second (kbps), 0 to 20000; none if left out.

    Returns:
        A dict with megabytes (1000000 bytes, rounded to 1 decimal) and gigabytes (1000 megabytes, rounded to
        2 decimals).

    Raises:
        ValueError: If an argument is out of its range.

    Examples:
        >>> video_file_size(duration_minutes=45, video_mbps=8)
        {'megabytes': 2700.0, 'gigabytes': 2.7}
        >>> video_file_size(duration_minutes=12.5, video_mbps=24, audio_kbps=320)
        {'megabytes': 2280.0, 'gigabytes': 2.28}
        >>> video_file_size(duration_minutes=118, video_mbps=5.5, audio_kbps=192)
        {'megabytes': 5037.4, 'gigabytes': 5.04}
    """
    _check_range("duration_minutes", duration_minutes, 0.01, 10_000)
    _check_range("video_mbps", video_mbps, 0.01, 10_000)
    _check_range("audio_kbps", audio_kbps, 0, 20_000)
    megabytes = 60 * duration_minutes * (video_mbps + audio_kbps / 1000) / 8
    return {"megabytes": round(megabytes, 1), "gigabytes": round(megabytes / 1000, 2)}


def frame_to_timecode(frame_number: int, frame_rate: FrameRate) -> str:
    """Convert a frame number of a video to its SMPTE timecode.

    Args:
        frame_number: The frame, counted from 0, up to 2000000.
        frame_rate: Frames per second: 23.976, 24, 25, 29.97, 29.97_drop_frame (skips two timecodes in each
            minute except every tenth, to keep up with the clock), 30, 50, 59.94 or 60.

    Returns:
        The timecode as HH:MM:SS:FF, or HH:MM:SS;FF with drop frame.

    Raises:
        ValueError: If the frame number is out of its range or the frame rate is unknown.

    Examples:
        >>> frame_to_timecode(frame_number=4375, frame_rate="25")
        '00:02:55:00'
        >>> frame_to_timecode(frame_number=17982, frame_rate="29.97_drop_frame")
        '00:10:00;00'
        >>> frame_to_timecode(frame_number=93600, frame_rate="23.976")
        '01:05:00:00'
        >>> frame_to_timecode(frame_number=10859, frame_rate="60")
        '00:03:00:59'
    """
    _check_range("frame_number", frame_number, 0, 2_000_000)
    per_second = _pick("frame_rate", frame_rate, _FRAMES_PER_SECOND)
    drop_frame = frame_rate == "29.97_drop_frame"
    if drop_frame:  # SMPTE ST 12-1: ten minutes have 17982 frames, a minute that drops two has 1798
        tens, rest = divmod(frame_number, 17_982)
        frame_number += 18 * tens + 2 * (max(0, rest - 2) // 1798)
    seconds, frame = divmod(frame_number, per_second)
    mark = ";" if drop_frame else ":"
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{mark}{frame:02}"


def depth_of_field(
    focal_length_mm: float, f_number: float, subject_distance_meters: float, sensor: CameraSensor
) -> DepthOfField:
    """Compute from where to where a photo is sharp (depth of field).

    Args:
        focal_length_mm: Real focal length of the lens in millimeters, 1 to 2000.
        f_number: Aperture as its f-number, 0.7 to 64 (2.8 means f/2.8).
        subject_distance_meters: Distance the lens is focused at in meters, 0.1 to 10000, more than twice the
            focal length.
        sensor: Sensor of the camera: full_frame (35 mm film), aps_c, micro_four_thirds or one_inch.
            Circle of confusion: 0.03, 0.02, 0.015 or 0.011 mm.

    Returns:
        An object with near_meters and far_meters (the sharp range; far is null if it is infinity) and
        hyperfocal_meters (focused there, all is sharp to infinity), rounded to 2 decimals.

    Raises:
        ValueError: If an argument is out of its range or sensor is unknown.

    Examples:
        >>> depth_of_field(focal_length_mm=85, f_number=1.8, subject_distance_meters=3, sensor="full_frame")
        {'near_meters': 2.94, 'far_meters': 3.07, 'hyperfocal_meters': 133.88}
        >>> depth_of_field(focal_length_mm=18, f_number=11, subject_distance_meters=2.5, sensor="aps_c")
        {'near_meters': 0.93, 'far_meters': None, 'hyperfocal_meters': 1.49}
        >>> depth_of_field(
        ...     focal_length_mm=45, f_number=4, subject_distance_meters=6, sensor="micro_four_thirds"
        ... )
        {'near_meters': 5.1, 'far_meters': 7.29, 'hyperfocal_meters': 33.8}
    """
    _check_range("focal_length_mm", focal_length_mm, 1, 2000)
    _check_range("f_number", f_number, 0.7, 64)
    _check_range("subject_distance_meters", subject_distance_meters, 0.1, 10_000)
    distance = 1000 * subject_distance_meters
    if distance <= 2 * focal_length_mm:
        raise ValueError(
            f"subject_distance_meters must be more than twice the focal length ({focal_length_mm} mm), "
            f"got {subject_distance_meters}"
        )
    hyperfocal = focal_length_mm**2 / (f_number * _pick("sensor", sensor, _CONFUSION_MM)) + focal_length_mm
    beyond = distance * (hyperfocal - focal_length_mm)
    near = beyond / (hyperfocal + distance - 2 * focal_length_mm)
    far = beyond / (hyperfocal - distance) if distance < hyperfocal else None
    return {
        "near_meters": round(near / 1000, 2),
        "far_meters": None if far is None else round(far / 1000, 2),
        "hyperfocal_meters": round(hyperfocal / 1000, 2),
    }


def tempo_delay_times(beats_per_minute: float, rhythm: NoteRhythm = "straight") -> dict[str, float]:
    """Compute the delay times of an echo effect that match the tempo of a song.

    Args:
        beats_per_minute: Tempo in quarter notes per minute (BPM), 20 to 400.
        rhythm: straight, dotted (one and a half times as long) or triplet (two thirds as long) notes; straight
            if left out.

    Returns:
        A dict with the milliseconds of a whole, half, quarter, eighth and sixteenth note, rounded to 2 decimals.

    Raises:
        ValueError: If the tempo is out of its range or rhythm is unknown.

    Examples:
        >>> tempo_delay_times(beats_per_minute=128)
        {'whole': 1875.0, 'half': 937.5, 'quarter': 468.75, 'eighth': 234.38, 'sixteenth': 117.19}
        >>> tempo_delay_times(beats_per_minute=92, rhythm="dotted")
        {'whole': 3913.04, 'half': 1956.52, 'quarter': 978.26, 'eighth': 489.13, 'sixteenth': 244.57}
        >>> tempo_delay_times(beats_per_minute=174.5, rhythm="triplet")
        {'whole': 916.91, 'half': 458.45, 'quarter': 229.23, 'eighth': 114.61, 'sixteenth': 57.31}
    """
    _check_range("beats_per_minute", beats_per_minute, 20, 400)
    factor = _pick("rhythm", rhythm, _RHYTHM_FACTORS)
    return {note: round(60_000 / beats_per_minute * beats * factor, 2) for note, beats in _NOTE_BEATS.items()}


def transpose_chords(chords: list[str], semitones: int, use_flats: bool = False) -> list[str]:
    """Transpose the chords of a song to another key.

    Args:
        chords: 1 to 200 chord symbols such as C, F#m7, Bbmaj7, Dsus4 or G/B (English note names, B is not Bb).
        semitones: Half tones to move by, -11 to 11; positive is up, negative down (2 is a whole tone up).
        use_flats: True to write black keys with flats (Bb), False with sharps (A#); sharps if left out.

    Returns:
        The transposed chords in the same order.

    Raises:
        ValueError: If semitones is out of its range, a chord is not a chord symbol, or there are none or too
            many chords.

    Examples:
        >>> transpose_chords(chords=["G", "D", "Em", "C"], semitones=2)
        ['A', 'E', 'F#m', 'D']
        >>> transpose_chords(chords=["Am7", "D7", "Gmaj7", "C/E"], semitones=-4, use_flats=True)
        ['Fm7', 'Bb7', 'Ebmaj7', 'Ab/C']
        >>> transpose_chords(chords=["Bb", "Ebmaj7", "F7sus4", "Gm"], semitones=5)
        ['D#', 'G#maj7', 'A#7sus4', 'Cm']
    """
    _check_count("chords", len(chords), 200)
    _check_range("semitones", semitones, -11, 11)
    notes = _FLAT_NOTES if use_flats else _SHARP_NOTES
    transposed = []
    for index, chord in enumerate(chords):
        parts = _CHORD.fullmatch(chord) if len(chord) <= 20 else None
        if not parts:
            raise ValueError(f"chords[{index}] must be a chord symbol such as F#m7 or G/B, got {chord[:20]!r}")
        root, accidental, quality, bass, bass_accidental = parts.groups()
        moved = _moved_note(root, accidental, semitones, notes) + quality
        if bass:
            moved += "/" + _moved_note(bass, bass_accidental, semitones, notes)
        transposed.append(moved)
    return transposed


def shift_subtitles(cues: list[SubtitleCue], shift_seconds: float) -> list[SubtitleCue]:
    """Shift subtitles in time so that they match the sound of a film.

    Args:
        cues: 1 to 200 objects with start, end (times as HH:MM:SS,mmm of an SRT file) and text (what is shown,
            up to 500 characters).
        shift_seconds: Seconds to shift by, -36000 to 36000, to milliseconds; positive shows them later,
            negative earlier.

    Returns:
        The cues in the same order with their new times.

    Raises:
        ValueError: If a time is not valid, ends before it starts or would fall before 00:00:00,000 or after
            99:59:59,999, a text is too long, the shift is out of range, or there are none or too many cues.

    Examples:
        >>> shift_subtitles(
        ...     cues=[{"start": "00:01:12,500", "end": "00:01:15,000", "text": "Where are you?"}],
        ...     shift_seconds=2.25,
        ... )
        [{'start': '00:01:14,750', 'end': '00:01:17,250', 'text': 'Where are you?'}]
        >>> shift_subtitles(
        ...     cues=[{"start": "01:00:03,120", "end": "01:00:05,900", "text": "Run!"}], shift_seconds=-4.5
        ... )
        [{'start': '00:59:58,620', 'end': '01:00:01,400', 'text': 'Run!'}]
        >>> shift_subtitles(  # doctest: +NORMALIZE_WHITESPACE
        ...     cues=[
        ...         {"start": "00:00:58,000", "end": "00:00:59,750", "text": "Yes."},
        ...         {"start": "00:01:01,300", "end": "00:01:04,000", "text": "No."},
        ...     ],
        ...     shift_seconds=65,
        ... )
        [{'start': '00:02:03,000', 'end': '00:02:04,750', 'text': 'Yes.'},
         {'start': '00:02:06,300', 'end': '00:02:09,000', 'text': 'No.'}]
    """
    _check_count("cues", len(cues), 200)
    _check_range("shift_seconds", shift_seconds, -36_000, 36_000)
    shift = round(1000 * shift_seconds)
    shifted: list[SubtitleCue] = []
    for index, cue in enumerate(cues):
        start = _subtitle_milliseconds(f"cues[{index}].start", cue["start"])
        end = _subtitle_milliseconds(f"cues[{index}].end", cue["end"])
        if end < start:
            raise ValueError(f"cues[{index}].end must not be before its start ({cue['start']}), got {cue['end']}")
        if len(cue["text"]) > 500:
            raise ValueError(f"cues[{index}].text must have at most 500 characters, got {len(cue['text'])}")
        if start + shift < 0 or end + shift >= 360_000_000:
            raise ValueError(
                f"shift_seconds must keep all cues between 00:00:00,000 and 99:59:59,999, got {shift_seconds}"
            )
        shifted.append(
            {"start": _subtitle_stamp(start + shift), "end": _subtitle_stamp(end + shift), "text": cue["text"]}
        )
    return shifted


def playlist_length(tracks: list[Track], pause_seconds: int = 0) -> PlaylistLength:
    """Compute how long a playlist or album plays.

    Args:
        tracks: 1 to 200 objects with title (1 to 100 characters), minutes (0 to 600) and seconds (0 to 59), at
            least a second long each.
        pause_seconds: Silence between two tracks in whole seconds, 0 to 600; none if left out.

    Returns:
        An object with total_time (H:MM:SS), total_seconds and longest_track (its title, the first of equals).

    Raises:
        ValueError: If a number is out of range, a title is empty, a track has no length, or there are none or
            too many tracks.

    Examples:
        >>> playlist_length(
        ...     tracks=[
        ...         {"title": "Blue Lake", "minutes": 3, "seconds": 42},
        ...         {"title": "Night Train", "minutes": 5, "seconds": 8},
        ...         {"title": "Harvest", "minutes": 4, "seconds": 15},
        ...     ]
        ... )
        {'total_time': '0:13:05', 'total_seconds': 785, 'longest_track': 'Night Train'}
        >>> playlist_length(
        ...     tracks=[
        ...         {"title": "Episode One", "minutes": 58, "seconds": 20},
        ...         {"title": "Episode Two", "minutes": 61, "seconds": 5},
        ...     ],
        ...     pause_seconds=30,
        ... )
        {'total_time': '1:59:55', 'total_seconds': 7195, 'longest_track': 'Episode Two'}
        >>> playlist_length(
        ...     tracks=[
        ...         {"title": "Overture", "minutes": 2, "seconds": 50},
        ...         {"title": "Aria", "minutes": 0, "seconds": 48},
        ...     ],
        ...     pause_seconds=4,
        ... )
        {'total_time': '0:03:42', 'total_seconds': 222, 'longest_track': 'Overture'}
    """
    _check_count("tracks", len(tracks), 200)
    _check_range("pause_seconds", pause_seconds, 0, 600)
    lengths = []
    for index, track in enumerate(tracks):
        if not track["title"].strip() or len(track["title"]) > 100:
            raise ValueError(f"tracks[{index}].title must have 1 to 100 characters, got {track['title'][:100]!r}")
        _check_range(f"tracks[{index}].minutes", track["minutes"], 0, 600)
        _check_range(f"tracks[{index}].seconds", track["seconds"], 0, 59)
        lengths.append(60 * track["minutes"] + track["seconds"])
        if not lengths[-1]:
            raise ValueError(f"tracks[{index}] must be at least a second long, got 0 minutes and 0 seconds")
    total = sum(lengths) + pause_seconds * (len(tracks) - 1)
    return {
        "total_time": f"{total // 3600}:{total // 60 % 60:02}:{total % 60:02}",
        "total_seconds": total,
        "longest_track": tracks[lengths.index(max(lengths))]["title"],
    }


def convert_color_code(color: str, target: ColorNotation) -> str:
    """Convert a color from one CSS notation (hex, RGB or HSL) to another.

    Args:
        color: The color as #1E90FF (or #FFF, with or without #), rgb(30, 144, 255) with 0 to 255 each, or
            hsl(210, 100%, 56%) with a hue of 0 to 360 and two percentages; whole numbers.
        target: The notation wanted: hex, rgb or hsl.

    Returns:
        The color as such a text; hex in capitals, hsl rounded to whole numbers.

    Raises:
        ValueError: If the color is not in one of the notations, a number in it is out of range, or target is
            unknown.

    Examples:
        >>> convert_color_code(color="#1E90FF", target="rgb")
        'rgb(30, 144, 255)'
        >>> convert_color_code(color="rgb(220, 20, 60)", target="hsl")
        'hsl(348, 83%, 47%)'
        >>> convert_color_code(color="hsl(39, 100%, 50%)", target="hex")
        '#FFA600'
        >>> convert_color_code(color="2e8b57", target="hsl")
        'hsl(146, 50%, 36%)'
    """
    red, green, blue = _color_channels("color", color.strip())
    if target == "hex":
        return f"#{red:02X}{green:02X}{blue:02X}"
    if target == "rgb":
        return f"rgb({red}, {green}, {blue})"
    if target != "hsl":
        raise ValueError(f"target must be one of hex, rgb, hsl, got {target[:50]!r}")
    hue, lightness, saturation = colorsys.rgb_to_hls(red / 255, green / 255, blue / 255)
    return f"hsl({round(360 * hue) % 360}, {round(100 * saturation)}%, {round(100 * lightness)}%)"


def color_contrast_ratio(text_color: str, background_color: str, large_text: bool = False) -> ContrastReport:
    """Compute the contrast between text and its background and whether it is accessible (WCAG).

    Args:
        text_color: Color of the text in hex such as #333333 or #FFF.
        background_color: Color behind it in hex.
        large_text: True for large text (from 18 points, or 14 points bold), which needs less contrast; normal
            size if left out.

    Returns:
        An object with ratio (1 to 21, rounded to 2 decimals), passes_aa (at least 4.5, for large text 3) and
        passes_aaa (at least 7, for large text 4.5).

    Raises:
        ValueError: If a color is not a hex color.

    Examples:
        >>> color_contrast_ratio(text_color="#767676", background_color="#FFFFFF")
        {'ratio': 4.54, 'passes_aa': True, 'passes_aaa': False}
        >>> color_contrast_ratio(text_color="#FFF", background_color="#E4572E", large_text=True)
        {'ratio': 3.68, 'passes_aa': True, 'passes_aaa': False}
        >>> color_contrast_ratio(text_color="#1B1B3A", background_color="#F4D35E")
        {'ratio': 11.33, 'passes_aa': True, 'passes_aaa': True}
    """
    lighter, darker = sorted(
        (
            _luminance(_hex_channels("text_color", text_color.strip())),
            _luminance(_hex_channels("background_color", background_color.strip())),
        ),
        reverse=True,
    )
    ratio = (lighter + 0.05) / (darker + 0.05)
    return {
        "ratio": round(ratio, 2),
        "passes_aa": ratio >= (3 if large_text else 4.5),
        "passes_aaa": ratio >= (4.5 if large_text else 7),
    }

"""Wrong and known values of the media functions."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from api_library import media

RESIZE = {"image": {"width": 800, "height": 600}, "box": {"width": 400, "height": 400}, "mode": "fit"}
PRINT = {"width_pixels": 3000, "height_pixels": 2400, "dpi": 300}
VIDEO = {"duration_minutes": 10, "video_mbps": 8}
PHOTO = {"focal_length_mm": 50, "f_number": 8, "subject_distance_meters": 5, "sensor": "full_frame"}
CUE = {"start": "00:00:01,000", "end": "00:00:02,500", "text": "Hi"}
TRACK = {"title": "Intro", "minutes": 1, "seconds": 30}

WRONG = [
    (media.resize_image_to_box, RESIZE | {"image": {"width": 0, "height": 600}}, "image"),
    (media.resize_image_to_box, RESIZE | {"image": {"width": 800, "height": 100_001}}, "image"),
    (media.resize_image_to_box, RESIZE | {"box": {"width": -1, "height": 400}}, "box"),
    (media.resize_image_to_box, RESIZE | {"box": {"width": 400, "height": 0}}, "box"),
    (media.resize_image_to_box, RESIZE | {"mode": "stretch"}, "mode"),
    (media.photo_print_size, PRINT | {"width_pixels": 0}, "width_pixels"),
    (media.photo_print_size, PRINT | {"height_pixels": 100_001}, "height_pixels"),
    (media.photo_print_size, PRINT | {"dpi": 0}, "dpi"),
    (media.video_file_size, VIDEO | {"duration_minutes": 0}, "duration_minutes"),
    (media.video_file_size, VIDEO | {"video_mbps": math.inf}, "video_mbps"),
    (media.video_file_size, VIDEO | {"audio_kbps": math.nan}, "audio_kbps"),
    (media.frame_to_timecode, {"frame_number": -1, "frame_rate": "25"}, "frame_number"),
    (media.frame_to_timecode, {"frame_number": 2_000_001, "frame_rate": "25"}, "frame_number"),
    (media.frame_to_timecode, {"frame_number": 10, "frame_rate": "26"}, "frame_rate"),
    (media.depth_of_field, PHOTO | {"focal_length_mm": 0}, "focal_length_mm"),
    (media.depth_of_field, PHOTO | {"f_number": math.nan}, "f_number"),
    (media.depth_of_field, PHOTO | {"subject_distance_meters": 0}, "subject_distance_meters"),
    (media.depth_of_field, PHOTO | {"subject_distance_meters": 0.1}, "subject_distance_meters"),
    (media.depth_of_field, PHOTO | {"sensor": "phone"}, "sensor"),
    (media.tempo_delay_times, {"beats_per_minute": 10}, "beats_per_minute"),
    (media.tempo_delay_times, {"beats_per_minute": 120, "rhythm": "swing"}, "rhythm"),
    (media.transpose_chords, {"chords": [], "semitones": 2}, "chords"),
    (media.transpose_chords, {"chords": ["C"] * 201, "semitones": 2}, "chords"),
    (media.transpose_chords, {"chords": ["C", "H7"], "semitones": 2}, "chords"),
    (media.transpose_chords, {"chords": ["C" + "7" * 20], "semitones": 2, "use_flats": True}, "chords"),
    (media.transpose_chords, {"chords": ["Chello"], "semitones": 2}, "chords"),
    (media.transpose_chords, {"chords": ["C/x"], "semitones": 2}, "chords"),
    (media.transpose_chords, {"chords": ["C"], "semitones": 12}, "semitones"),
    (media.shift_subtitles, {"cues": [], "shift_seconds": 1}, "cues"),
    (media.shift_subtitles, {"cues": [CUE] * 201, "shift_seconds": 1}, "cues"),
    (media.shift_subtitles, {"cues": [CUE | {"start": "0:00:01"}], "shift_seconds": 1}, "cues"),
    (media.shift_subtitles, {"cues": [CUE | {"end": "00:00:60,000"}], "shift_seconds": 1}, "cues"),
    (media.shift_subtitles, {"cues": [CUE | {"end": "00:00:00,999"}], "shift_seconds": 1}, "cues"),
    (media.shift_subtitles, {"cues": [CUE | {"text": "x" * 501}], "shift_seconds": 1}, "cues"),
    (media.shift_subtitles, {"cues": [CUE], "shift_seconds": math.nan}, "shift_seconds"),
    (media.shift_subtitles, {"cues": [CUE], "shift_seconds": -1.001}, "shift_seconds"),
    (media.shift_subtitles, {"cues": [CUE | {"end": "99:59:59,000"}], "shift_seconds": 1}, "shift_seconds"),
    (media.playlist_length, {"tracks": []}, "tracks"),
    (media.playlist_length, {"tracks": [TRACK] * 201}, "tracks"),
    (media.playlist_length, {"tracks": [TRACK | {"title": " "}]}, "tracks"),
    (media.playlist_length, {"tracks": [TRACK | {"minutes": 601}]}, "tracks"),
    (media.playlist_length, {"tracks": [TRACK | {"seconds": 60}]}, "tracks"),
    (media.playlist_length, {"tracks": [TRACK | {"minutes": 0, "seconds": 0}]}, "tracks"),
    (media.playlist_length, {"tracks": [TRACK], "pause_seconds": -1}, "pause_seconds"),
    (media.convert_color_code, {"color": "blue", "target": "hex"}, "color"),
    (media.convert_color_code, {"color": "#12345", "target": "hex"}, "color"),
    (media.convert_color_code, {"color": "rgb(256, 0, 0)", "target": "hex"}, "color"),
    (media.convert_color_code, {"color": "rgb(25%, 0, 0)", "target": "hex"}, "color"),
    (media.convert_color_code, {"color": "rgb(25, 10%, 10%)", "target": "hex"}, "color"),
    (media.convert_color_code, {"color": "hsl(25, 10, 10%)", "target": "hex"}, "color"),
    (media.convert_color_code, {"color": "hsl(361, 10%, 10%)", "target": "hex"}, "color"),
    (media.convert_color_code, {"color": "#123456", "target": "cmyk"}, "target"),
    (media.color_contrast_ratio, {"text_color": "red", "background_color": "#FFF"}, "text_color"),
    (media.color_contrast_ratio, {"text_color": "#FFF", "background_color": "#FFFF"}, "background_color"),
    (
        media.color_contrast_ratio,
        {"text_color": "#FFF", "background_color": "rgb(0, 0, 0)", "large_text": True},
        "background_color",
    ),
]

BEATS_120 = {"whole": 2000.0, "half": 1000.0, "quarter": 500.0, "eighth": 250.0, "sixteenth": 125.0}
DOTTED_120 = {"whole": 3000.0, "half": 1500.0, "quarter": 750.0, "eighth": 375.0, "sixteenth": 187.5}
TRIPLET_120 = {"whole": 1333.33, "half": 666.67, "quarter": 333.33, "eighth": 166.67, "sixteenth": 83.33}

# The named colors of CSS Color Module Level 4, and what browsers show for them in HSL.
COLORS = [
    ("#000", "rgb(0, 0, 0)", "hsl(0, 0%, 0%)"),
    ("#FFFFFF", "rgb(255, 255, 255)", "hsl(0, 0%, 100%)"),
    ("#ff0000", "rgb(255, 0, 0)", "hsl(0, 100%, 50%)"),
    ("663399", "rgb(102, 51, 153)", "hsl(270, 50%, 40%)"),
    ("#40E0D0", "rgb(64, 224, 208)", "hsl(174, 72%, 56%)"),
]

KNOWN = [
    (
        media.resize_image_to_box,
        RESIZE,
        {"width": 400, "height": 300, "scale_percent": 50.0, "cropped_width": 0, "cropped_height": 0},
    ),
    (
        media.resize_image_to_box,
        RESIZE | {"mode": "fill"},
        {"width": 533, "height": 400, "scale_percent": 66.67, "cropped_width": 0, "cropped_height": 0},
    ),
    (
        media.resize_image_to_box,
        RESIZE | {"mode": "crop"},
        {"width": 400, "height": 400, "scale_percent": 66.67, "cropped_width": 133, "cropped_height": 0},
    ),
    (
        media.resize_image_to_box,
        {"image": {"width": 10_000, "height": 10}, "box": {"width": 100, "height": 100}, "mode": "fit"},
        {"width": 100, "height": 1, "scale_percent": 1.0, "cropped_width": 0, "cropped_height": 0},
    ),
    (
        media.photo_print_size,
        PRINT,
        {"width_cm": 25.4, "height_cm": 20.3, "width_inches": 10.0, "height_inches": 8.0, "megapixels": 7.2},
    ),
    # 8 megabits are a megabyte: one a second.
    (media.video_file_size, VIDEO, {"megabytes": 600.0, "gigabytes": 0.6}),
    (media.video_file_size, VIDEO | {"audio_kbps": 8000}, {"megabytes": 1200.0, "gigabytes": 1.2}),
    (media.frame_to_timecode, {"frame_number": 86_399, "frame_rate": "24"}, "00:59:59:23"),
    (media.frame_to_timecode, {"frame_number": 107_892, "frame_rate": "29.97"}, "00:59:56:12"),
    (media.frame_to_timecode, {"frame_number": 107_892, "frame_rate": "29.97_drop_frame"}, "01:00:00;00"),
    (media.frame_to_timecode, {"frame_number": 1799, "frame_rate": "29.97_drop_frame"}, "00:00:59;29"),
    (media.frame_to_timecode, {"frame_number": 1800, "frame_rate": "29.97_drop_frame"}, "00:01:00;02"),
    (media.tempo_delay_times, {"beats_per_minute": 120}, BEATS_120),
    (media.tempo_delay_times, {"beats_per_minute": 120, "rhythm": "dotted"}, DOTTED_120),
    (media.tempo_delay_times, {"beats_per_minute": 120, "rhythm": "triplet"}, TRIPLET_120),
    (
        media.transpose_chords,
        {"chords": ["C", "E7b9", "Abm", "B/D#", "Csus2", "Fdim", "C6/9", "Cmmaj7"], "semitones": 1},
        ["C#", "F7b9", "Am", "C/E", "C#sus2", "F#dim", "C#6/9", "C#mmaj7"],
    ),
    (
        media.transpose_chords,
        {"chords": ["C", "F#m7b5", "Cb"], "semitones": -2, "use_flats": True},
        ["Bb", "Em7b5", "A"],
    ),
    (
        media.shift_subtitles,
        {"cues": [CUE], "shift_seconds": -1},
        [CUE | {"start": "00:00:00,000", "end": "00:00:01,500"}],
    ),
    (
        media.shift_subtitles,
        {"cues": [CUE], "shift_seconds": 3599.001},
        [CUE | {"start": "01:00:00,001", "end": "01:00:01,501"}],
    ),
    (
        media.playlist_length,
        {"tracks": [TRACK, TRACK | {"title": "Outro", "minutes": 60}], "pause_seconds": 10},
        {"total_time": "1:02:10", "total_seconds": 3730, "longest_track": "Outro"},
    ),
    *((media.convert_color_code, {"color": code, "target": "rgb"}, rgb) for code, rgb, _ in COLORS),
    *((media.convert_color_code, {"color": rgb, "target": "hsl"}, hsl) for _, rgb, hsl in COLORS),
    (media.convert_color_code, {"color": "hsl(360,100%,50%)", "target": "rgb"}, "rgb(255, 0, 0)"),
    (media.convert_color_code, {"color": "hsl(270, 50%, 40%)", "target": "hex"}, "#663399"),
    # WebAIM: black on white 21, #777777 on white 4.48, which is too little.
    (
        media.color_contrast_ratio,
        {"text_color": "#000", "background_color": "#FFF"},
        {"ratio": 21.0, "passes_aa": True, "passes_aaa": True},
    ),
    (
        media.color_contrast_ratio,
        {"text_color": "FFFFFF", "background_color": "#777777"},
        {"ratio": 4.48, "passes_aa": False, "passes_aaa": False},
    ),
    (
        media.color_contrast_ratio,
        {"text_color": "FFFFFF", "background_color": "#777777", "large_text": True},
        {"ratio": 4.48, "passes_aa": True, "passes_aaa": False},
    ),
]


@pytest.mark.parametrize(("function", "arguments", "name"), WRONG)
def test_wrong_value_names_the_argument(function: Callable[..., object], arguments: dict[str, Any], name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}\\b"):
        function(**arguments)


@pytest.mark.parametrize(("function", "arguments", "expected"), KNOWN)
def test_known_value(function: Callable[..., object], arguments: dict[str, Any], expected: object) -> None:
    assert function(**arguments) == expected


def test_drop_frame_skips_two_numbers_a_minute() -> None:
    stamps = (
        f"00:{minute:02}:{second:02};{frame:02}"
        for minute in range(21)
        for second in range(60)
        for frame in range(30)
        if not (frame < 2 and second == 0 and minute % 10)
    )
    for number, stamp in enumerate(stamps):
        assert media.frame_to_timecode(number, "29.97_drop_frame") == stamp


@pytest.mark.parametrize(
    ("sensor", "blur_mm"), [("full_frame", 0.03), ("aps_c", 0.02), ("micro_four_thirds", 0.015), ("one_inch", 0.011)]
)
def test_blur_at_the_ends_of_the_depth_of_field_is_the_circle_of_confusion(sensor: Any, blur_mm: float) -> None:
    focal, f_number, distance = 200.0, 5.6, 20_000.0
    field = media.depth_of_field(focal, f_number, distance / 1000, sensor)
    far = field["far_meters"]
    assert far is not None

    def image_distance(object_mm: float) -> float:
        return 1 / (1 / focal - 1 / object_mm)

    film = image_distance(distance)
    for end in (1000 * field["near_meters"], 1000 * far):
        blur = focal / f_number * abs(image_distance(end) - film) / image_distance(end)
        assert blur == pytest.approx(blur_mm, rel=0.02)  # the ends are rounded to centimeters


def test_focused_at_the_hyperfocal_distance_all_is_sharp_to_infinity() -> None:
    # 50 * 50 / (8 * 0.03) + 50 = 10467 millimeters; half of that is the near end.
    assert media.depth_of_field(**PHOTO)["hyperfocal_meters"] == 10.47
    field = media.depth_of_field(**PHOTO | {"subject_distance_meters": 10.47})
    assert (field["near_meters"], field["far_meters"]) == (5.23, None)

"""Wrong and known values of the tools functions."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from api_library import tools

CRON = {"cron_expression": "15 6 * * *", "after": "2026-05-04T06:15"}
PASSWORD = {"length": 10, "character_sets": ["lowercase"]}
RIGHTS = {"owner": ["read"], "group": ["read"], "others": []}
ROTA = {"people": ["Mia", "Noah"], "chores": ["dishes"], "start_date": "2026-03-02", "turns": 2}
DICE = {"dice": 3, "sides": 6, "total": 10}
IDLE = {"name": "idle", "current_ma": 10, "minutes_per_hour": 30}
BATTERY = {"capacity_mah": 1000, "power_states": [IDLE]}
TRANSFER = {"file_size": 10, "size_unit": "gigabytes", "speed": 100}

WRONG = [
    *(
        (tools.next_cron_runs, CRON | {"cron_expression": expression}, "cron_expression")
        for expression in (
            "",
            "5 4 * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * * FOO *",
            "* * * * 8",
            "*/0 * * * *",
        )
    ),
    *(
        (tools.next_cron_runs, CRON | {"cron_expression": expression}, "cron_expression")
        for expression in ("30-10 * * * *", "5/10 * * * *", "1,,2 * * * *", "0 0 31 2 *", "@daily")
    ),
    (tools.next_cron_runs, CRON | {"after": "2026-02-30T10:00"}, "after"),
    (tools.next_cron_runs, CRON | {"after": "2026-2-3T10:00"}, "after"),
    (tools.next_cron_runs, CRON | {"after": "1999-12-31T23:59"}, "after"),
    (tools.next_cron_runs, CRON | {"count": 0}, "count"),
    (tools.next_cron_runs, CRON | {"count": 11}, "count"),
    (tools.sort_software_versions, {"versions": ["1.2.3"]}, "versions"),
    (tools.sort_software_versions, {"versions": ["1.2.3"] * 101}, "versions"),
    (tools.sort_software_versions, {"versions": ["1.2.3", "1.2"]}, "versions"),
    (tools.sort_software_versions, {"versions": ["1.2.3", "1.02.3"]}, "versions"),
    (tools.sort_software_versions, {"versions": ["1.2.3", "1.2.4"], "order": "best_first"}, "order"),
    (tools.bump_semantic_version, {"version": "2.4", "part": "minor"}, "version"),
    (tools.bump_semantic_version, {"version": "2.4.0-rc.1", "part": "minor"}, "version"),
    (tools.bump_semantic_version, {"version": "2.4.0+linux", "part": "minor"}, "version"),
    (tools.bump_semantic_version, {"version": "2.4.1", "part": "build"}, "part"),
    (tools.bump_semantic_version, {"version": "2.4.1", "part": "minor", "pre_release": "beta 1"}, "pre_release"),
    (tools.bump_semantic_version, {"version": "2.4.1", "part": "minor", "pre_release": "rc.01"}, "pre_release"),
    (tools.random_password_strength, PASSWORD | {"length": 0}, "length"),
    (tools.random_password_strength, PASSWORD | {"character_sets": []}, "character_sets"),
    (tools.random_password_strength, PASSWORD | {"character_sets": ["emoji"]}, "character_sets"),
    (tools.random_password_strength, PASSWORD | {"character_sets": ["digits", "digits"]}, "character_sets"),
    (tools.random_password_strength, PASSWORD | {"guesses_per_second": math.nan}, "guesses_per_second"),
    (tools.describe_ipv4_subnet, {"cidr": "192.168.1.0"}, "cidr"),
    (tools.describe_ipv4_subnet, {"cidr": "192.168.1.0/33"}, "cidr"),
    (tools.describe_ipv4_subnet, {"cidr": "192.168.1.256/24"}, "cidr"),
    (tools.describe_ipv4_subnet, {"cidr": "fe80::1/64"}, "cidr"),
    (tools.file_permission_mode, RIGHTS | {"owner": ["delete"]}, "owner"),
    (tools.file_permission_mode, RIGHTS | {"group": ["read", "read"]}, "group"),
    (tools.file_permission_mode, RIGHTS | {"others": ["run"]}, "others"),
    (tools.barcode_check_digit, {"digits": "40063813339", "kind": "ean_13"}, "digits"),
    (tools.barcode_check_digit, {"digits": "40063813339A", "kind": "ean_13"}, "digits"),
    (tools.barcode_check_digit, {"digits": "400638133393", "kind": "isbn_13"}, "digits"),
    (tools.barcode_check_digit, {"digits": "400638133393", "kind": "qr"}, "kind"),
    (tools.chore_rota, ROTA | {"people": []}, "people"),
    (tools.chore_rota, ROTA | {"people": ["Mia", "Mia"]}, "people"),
    (tools.chore_rota, ROTA | {"people": ["Mia", " "]}, "people"),
    (tools.chore_rota, ROTA | {"chores": ["x"] * 21}, "chores"),
    (tools.chore_rota, ROTA | {"start_date": "2026-02-29"}, "start_date"),
    (tools.chore_rota, ROTA | {"start_date": "20260302"}, "start_date"),
    (tools.chore_rota, ROTA | {"turns": 53}, "turns"),
    (tools.chore_rota, ROTA | {"turn_length": "month"}, "turn_length"),
    (tools.dice_total_chance, DICE | {"dice": 0}, "dice"),
    (tools.dice_total_chance, DICE | {"sides": 1}, "sides"),
    (tools.dice_total_chance, DICE | {"total": 19}, "total"),
    (tools.dice_total_chance, DICE | {"comparison": "about"}, "comparison"),
    (tools.device_battery_life, BATTERY | {"capacity_mah": 0}, "capacity_mah"),
    (tools.device_battery_life, BATTERY | {"power_states": []}, "power_states"),
    (tools.device_battery_life, BATTERY | {"power_states": [IDLE, IDLE]}, "power_states"),
    (tools.device_battery_life, BATTERY | {"power_states": [IDLE | {"name": ""}]}, "power_states"),
    (tools.device_battery_life, BATTERY | {"power_states": [IDLE | {"current_ma": math.inf}]}, "power_states"),
    (tools.device_battery_life, BATTERY | {"power_states": [IDLE | {"minutes_per_hour": 61}]}, "power_states"),
    (
        tools.device_battery_life,
        BATTERY | {"power_states": [IDLE, {"name": "on", "current_ma": 5, "minutes_per_hour": 31}]},
        "power_states",
    ),
    (tools.device_battery_life, BATTERY | {"usable_percent": 0}, "usable_percent"),
    (tools.file_transfer_time, TRANSFER | {"file_size": 0}, "file_size"),
    (tools.file_transfer_time, TRANSFER | {"size_unit": "megabits"}, "size_unit"),
    (tools.file_transfer_time, TRANSFER | {"speed": math.nan}, "speed"),
    (tools.file_transfer_time, TRANSFER | {"speed_unit": "baud"}, "speed_unit"),
    (tools.file_transfer_time, TRANSFER | {"overhead_percent": 95}, "overhead_percent"),
]

KNOWN = [
    # As croniter gives them.
    (tools.next_cron_runs, CRON, ["2026-05-05T06:15"]),
    (
        tools.next_cron_runs,
        {"cron_expression": "0 12 13 * FRI", "after": "2026-02-11T00:00", "count": 3},
        ["2026-02-13T12:00", "2026-02-20T12:00", "2026-02-27T12:00"],
    ),
    (
        tools.next_cron_runs,
        {"cron_expression": "0 0 29 2 *", "after": "2096-03-01T00:00", "count": 2},
        ["2104-02-29T00:00", "2108-02-29T00:00"],
    ),
    (tools.next_cron_runs, {"cron_expression": "5 4 * * 7", "after": "2026-11-22T04:05"}, ["2026-11-29T04:05"]),
    # The order that section 11 of the standard gives.
    (
        tools.sort_software_versions,
        {
            "versions": ["1.0.0", "1.0.0-rc.1", "1.0.0-beta.11", "1.0.0-beta.2", "1.0.0-beta", "1.0.0-alpha.beta"],
            "order": "oldest_first",
        },
        ["1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0"],
    ),
    (
        tools.sort_software_versions,
        {"versions": ["1.0.0-alpha", "1.0.0-alpha.beta", "1.0.0-alpha.1"]},
        ["1.0.0-alpha.beta", "1.0.0-alpha.1", "1.0.0-alpha"],
    ),
    (tools.bump_semantic_version, {"version": "9.9.9", "part": "minor"}, "9.10.0"),
    (
        tools.bump_semantic_version,
        {"version": "1.0.0", "part": "patch", "pre_release": "alpha.1"},
        "1.0.1-alpha.1",
    ),
    # 10 * log2(26) = 47.004; 26 ** 10 / 2 / 1e10 = 7058 seconds.
    (
        tools.random_password_strength,
        PASSWORD,
        {"entropy_bits": 47.0, "rating": "reasonable", "average_crack_time": "2.0 hours"},
    ),
    (
        tools.random_password_strength,
        PASSWORD | {"length": 4},
        {"entropy_bits": 18.8, "rating": "very weak", "average_crack_time": "less than a second"},
    ),
    (
        tools.describe_ipv4_subnet,
        {"cidr": "203.0.113.9/32"},
        {
            "network_address": "203.0.113.9",
            "subnet_mask": "255.255.255.255",
            "broadcast_address": "203.0.113.9",
            "first_host": "203.0.113.9",
            "last_host": "203.0.113.9",
            "usable_hosts": 1,
        },
    ),
    (
        tools.describe_ipv4_subnet,
        {"cidr": "10.1.2.3/8"},
        {
            "network_address": "10.0.0.0",
            "subnet_mask": "255.0.0.0",
            "broadcast_address": "10.255.255.255",
            "first_host": "10.0.0.1",
            "last_host": "10.255.255.254",
            "usable_hosts": 16_777_214,
        },
    ),
    (
        tools.file_permission_mode,
        {"owner": ["write", "read", "execute"], "group": ["execute"], "others": ["write", "execute"]},
        {"octal": "713", "symbolic": "rwx--x-wx"},
    ),
    (
        tools.barcode_check_digit,
        {"digits": "9638507", "kind": "ean_8"},
        {"check_digit": "4", "complete_number": "96385074"},
    ),
    (
        tools.barcode_check_digit,
        {"digits": "1001234567890", "kind": "gtin_14"},
        {"check_digit": "2", "complete_number": "10012345678902"},
    ),
    (
        tools.barcode_check_digit,
        {"digits": "0-8044-2957", "kind": "isbn_10"},
        {"check_digit": "X", "complete_number": "080442957X"},
    ),
    (
        tools.chore_rota,
        ROTA | {"turns": 3, "turn_length": "two_weeks"},
        [
            {"starts_on": "2026-03-02", "duties": {"dishes": "Mia"}},
            {"starts_on": "2026-03-16", "duties": {"dishes": "Noah"}},
            {"starts_on": "2026-03-30", "duties": {"dishes": "Mia"}},
        ],
    ),
    # 27 of 216 rolls of three dice show 10; the other two values are mirror images.
    (tools.dice_total_chance, DICE | {"comparison": "exactly"}, {"percent": 12.5, "one_in": 8.0}),
    (tools.dice_total_chance, DICE | {"total": 11}, {"percent": 50.0, "one_in": 2.0}),
    (tools.dice_total_chance, DICE | {"comparison": "at_most"}, {"percent": 50.0, "one_in": 2.0}),
    (
        tools.dice_total_chance,
        {"dice": 1, "sides": 20, "total": 20, "comparison": "at_least"},
        {"percent": 5.0, "one_in": 20.0},
    ),
    (tools.device_battery_life, BATTERY, {"average_current_ma": 5.0, "hours": 200.0, "days": 8.3}),
    (
        tools.device_battery_life,
        BATTERY | {"usable_percent": 60},
        {"average_current_ma": 5.0, "hours": 120.0, "days": 5.0},
    ),
    (tools.file_transfer_time, TRANSFER, {"hours": 0, "minutes": 13, "seconds": 20}),
    (
        tools.file_transfer_time,
        TRANSFER | {"speed": 2.5, "speed_unit": "gigabits_per_second", "overhead_percent": 20},
        {"hours": 0, "minutes": 0, "seconds": 40},
    ),
    (
        tools.file_transfer_time,
        {"file_size": 9, "size_unit": "terabytes", "speed": 125, "speed_unit": "megabytes_per_second"},
        {"hours": 20, "minutes": 0, "seconds": 0},
    ),
]


@pytest.mark.parametrize(("function", "arguments", "name"), WRONG)
def test_wrong_value_names_the_argument(function: Callable[..., object], arguments: dict[str, Any], name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}\\b"):
        function(**arguments)


@pytest.mark.parametrize(("function", "arguments", "expected"), KNOWN)
def test_known_value(function: Callable[..., object], arguments: dict[str, Any], expected: object) -> None:
    assert function(**arguments) == expected

import pytest

from api_library import number_theory

MODULO = {"first_number": 2, "operation": "to_the_power_of", "second_number": 10, "modulus": 11}
LEAVES_1 = {"divisor": 4, "remainder": 1}


@pytest.mark.parametrize(
    ("name", "kwargs", "argument"),
    [
        ("greatest_common_divisor", {"numbers": [12]}, "numbers"),
        ("greatest_common_divisor", {"numbers": [12, 0]}, "numbers"),
        ("greatest_common_divisor", {"numbers": [12, 10**12 + 1]}, "numbers"),
        ("greatest_common_divisor", {"numbers": [12] * 1001}, "numbers"),
        ("least_common_multiple", {"numbers": []}, "numbers"),
        ("least_common_multiple", {"numbers": [-4, 6]}, "numbers"),
        ("least_common_multiple", {"numbers": [7] * 21}, "numbers"),
        ("is_prime_number", {"number": -7}, "number"),
        ("is_prime_number", {"number": 10**12 + 1}, "number"),
        ("prime_factors", {"number": 1}, "number"),
        ("prime_factors", {"number": 10**12 + 1, "distinct_only": True}, "number"),
        ("to_roman_numeral", {"number": 0}, "number"),
        ("to_roman_numeral", {"number": 4000}, "number"),
        ("to_roman_numeral", {"number": 14, "letter_case": "small"}, "letter_case"),
        ("convert_number_base", {"digits": "", "from_base": 2}, "digits"),
        ("convert_number_base", {"digits": "1" * 65, "from_base": 2}, "digits"),
        ("convert_number_base", {"digits": "102", "from_base": 2}, "digits"),
        ("convert_number_base", {"digits": "0xff", "from_base": 16}, "digits"),
        ("convert_number_base", {"digits": "-101", "from_base": 2}, "digits"),
        ("convert_number_base", {"digits": "1_0", "from_base": 10}, "digits"),
        ("convert_number_base", {"digits": " 10", "from_base": 10}, "digits"),
        ("convert_number_base", {"digits": "ß", "from_base": 36}, "digits"),
        ("convert_number_base", {"digits": "٣", "from_base": 10}, "digits"),
        ("convert_number_base", {"digits": "101", "from_base": 1}, "from_base"),
        ("convert_number_base", {"digits": "101", "from_base": 2, "to_base": 37}, "to_base"),
        ("fibonacci_number", {"position": 0}, "position"),
        ("fibonacci_number", {"position": 301}, "position"),
        ("modular_arithmetic", MODULO | {"first_number": -1}, "first_number"),
        ("modular_arithmetic", MODULO | {"operation": "minus", "second_number": 10**12 + 1}, "second_number"),
        ("modular_arithmetic", MODULO | {"operation": "root"}, "operation"),
        ("modular_arithmetic", MODULO | {"modulus": 1}, "modulus"),
        ("modular_arithmetic", MODULO | {"operation": "divided_by", "second_number": 22}, "second_number"),
        ("smallest_number_with_remainders", {"conditions": [LEAVES_1]}, "conditions"),
        ("smallest_number_with_remainders", {"conditions": [LEAVES_1] * 11}, "conditions"),
        ("smallest_number_with_remainders", {"conditions": [LEAVES_1, {"divisor": 1, "remainder": 0}]}, "conditions"),
        ("smallest_number_with_remainders", {"conditions": [LEAVES_1, {"divisor": 5, "remainder": 5}]}, "conditions"),
        ("smallest_number_with_remainders", {"conditions": [LEAVES_1, {"divisor": 6, "remainder": 2}]}, "conditions"),
        ("classify_by_divisor_sum", {"number": 1}, "number"),
        ("classify_by_divisor_sum", {"number": 10**9 + 1}, "number"),
    ],
)
def test_wrong_values(name, kwargs, argument):
    with pytest.raises(ValueError, match=rf"^{argument}\b"):
        getattr(number_theory, name)(**kwargs)


@pytest.mark.parametrize(
    ("name", "kwargs", "expected"),
    [
        ("greatest_common_divisor", {"numbers": [1071, 462]}, 21),
        ("greatest_common_divisor", {"numbers": [35, 64]}, 1),
        ("least_common_multiple", {"numbers": [4, 6]}, 12),
        ("least_common_multiple", {"numbers": list(range(1, 21))}, 232792560),
        ("is_prime_number", {"number": 0}, False),
        ("is_prime_number", {"number": 2}, True),
        ("is_prime_number", {"number": 561}, False),
        ("is_prime_number", {"number": 999999999989}, True),
        ("prime_factors", {"number": 2}, [2]),
        ("prime_factors", {"number": 1001}, [7, 11, 13]),
        ("prime_factors", {"number": 2**39}, [2] * 39),
        ("prime_factors", {"number": 1024, "distinct_only": True}, [2]),
        ("prime_factors", {"number": 600851475143}, [71, 839, 1471, 6857]),
        ("to_roman_numeral", {"number": 3999}, "MMMCMXCIX"),
        ("to_roman_numeral", {"number": 444}, "CDXLIV"),
        ("to_roman_numeral", {"number": 9, "letter_case": "lower"}, "ix"),
        ("convert_number_base", {"digits": "7F", "from_base": 16}, "127"),
        ("convert_number_base", {"digits": "zz", "from_base": 36}, "1295"),
        ("convert_number_base", {"digits": "000", "from_base": 8, "to_base": 2}, "0"),
        ("convert_number_base", {"digits": "3735928559", "from_base": 10, "to_base": 16}, "DEADBEEF"),
        ("fibonacci_number", {"position": 1}, 1),
        ("fibonacci_number", {"position": 2}, 1),
        ("fibonacci_number", {"position": 100}, 354224848179261915075),
        ("modular_arithmetic", MODULO, 1),  # Fermat's little theorem
        ("modular_arithmetic", MODULO | {"second_number": 644, "modulus": 645}, 1),  # 645 is a pseudoprime
        ("modular_arithmetic", MODULO | {"operation": "divided_by", "second_number": 3}, 8),  # 3 * 8 = 24 = 2 * 11 + 2
        ("modular_arithmetic", MODULO | {"operation": "plus"}, 1),
        ("modular_arithmetic", MODULO | {"operation": "minus"}, 3),
        ("modular_arithmetic", MODULO | {"operation": "times"}, 9),
        # Brahmagupta's basket of eggs: one is left over when they are taken out by 2, 3, 4, 5 or 6, none by 7.
        (
            "smallest_number_with_remainders",
            {
                "conditions": [
                    *({"divisor": divisor, "remainder": 1} for divisor in range(2, 7)),
                    {"divisor": 7, "remainder": 0},
                ]
            },
            {"number": 301, "repeats_every": 420},
        ),
        (
            "smallest_number_with_remainders",
            {"conditions": [{"divisor": 6, "remainder": 0}, {"divisor": 10, "remainder": 0}]},
            {"number": 30, "repeats_every": 30},
        ),
        (
            "classify_by_divisor_sum",
            {"number": 28},
            {"kind": "perfect", "proper_divisors": [1, 2, 4, 7, 14], "divisor_sum": 28},
        ),
        (
            "classify_by_divisor_sum",
            {"number": 49},
            {"kind": "deficient", "proper_divisors": [1, 7], "divisor_sum": 8},
        ),
        (
            "classify_by_divisor_sum",
            {"number": 999999937},  # the largest prime below 10**9
            {"kind": "deficient", "proper_divisors": [1], "divisor_sum": 1},
        ),
    ],
)
def test_known_values(name, kwargs, expected):
    assert getattr(number_theory, name)(**kwargs) == expected


def test_primes_up_to_100():
    primes = [number for number in range(101) if number_theory.is_prime_number(number)]
    assert len(primes) == 25
    assert sum(primes) == 1060


def test_perfect_and_abundant_numbers_below_1000():
    kinds = {number: number_theory.classify_by_divisor_sum(number)["kind"] for number in range(2, 1000)}
    assert [number for number, kind in kinds.items() if kind == "perfect"] == [6, 28, 496]
    abundant = [number for number, kind in kinds.items() if kind == "abundant"]
    assert abundant[:9] == [12, 18, 20, 24, 30, 36, 40, 42, 48]  # OEIS A005101
    assert [number for number in abundant if number % 2] == [945]

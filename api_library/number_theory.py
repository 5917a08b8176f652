"""Number theory: divisors, primes, remainders, Fibonacci numbers and ways to write numbers."""

from itertools import chain
from math import gcd, isqrt, lcm
from typing import Literal, TypedDict, get_args

ModularOperation = Literal["plus", "minus", "times", "divided_by", "to_the_power_of"]


class RemainderCondition(TypedDict):
    """What a number leaves over when it is divided by another."""

    divisor: int
    remainder: int


class DivisorProfile(TypedDict):
    """What classify_by_divisor_sum returns."""

    kind: str
    proper_divisors: list[int]
    divisor_sum: int


_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ROMAN = (
    (1000, "M"),
    (900, "CM"),
    (500, "D"),
    (400, "CD"),
    (100, "C"),
    (90, "XC"),
    (50, "L"),
    (40, "XL"),
    (10, "X"),
    (9, "IX"),
    (5, "V"),
    (4, "IV"),
    (1, "I"),
)


def _in_range(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} must be between {low} and {high}, got {value}")


def _check_numbers(numbers: list[int], max_length: int, high: int) -> None:
    _in_range("numbers length", len(numbers), 2, max_length)
    for number in numbers:
        _in_range("numbers values", number, 1, high)


def _smallest_prime_factor(number: int) -> int:
    candidates = chain((2,), range(3, isqrt(number) + 1, 2))
    return next((factor for factor in candidates if number % factor == 0), number)


def greatest_common_divisor(numbers: list[int]) -> int:
    """Find the greatest common divisor of whole numbers.

    Args:
        numbers: 2 to 1000 whole numbers, each 1 to 1000000000000.

    Returns:
        The greatest common divisor (greatest common factor).

    Raises:
        ValueError: If there are too few or too many numbers, or one is out of its range.

    Examples:
        >>> greatest_common_divisor(numbers=[84, 126, 210])
        42
        >>> greatest_common_divisor(numbers=[360, 504])
        72
        >>> greatest_common_divisor(numbers=[48, 180, 132, 300])
        12
    """
    _check_numbers(numbers, 1000, 10**12)
    return gcd(*numbers)


def least_common_multiple(numbers: list[int]) -> int:
    """Find the least common multiple of whole numbers.

    Args:
        numbers: 2 to 20 whole numbers, each 1 to 1000000.

    Returns:
        The least common multiple (lowest common denominator).

    Raises:
        ValueError: If there are too few or too many numbers, or one is out of its range.

    Examples:
        >>> least_common_multiple(numbers=[12, 18])
        36
        >>> least_common_multiple(numbers=[6, 8, 15])
        120
        >>> least_common_multiple(numbers=[24, 36, 50, 90])
        1800
    """
    _check_numbers(numbers, 20, 10**6)
    return lcm(*numbers)


def is_prime_number(number: int) -> bool:
    """Tell whether a whole number is prime.

    Args:
        number: The number to test, 0 to 1000000000000 (0 and 1 are not prime).

    Returns:
        True if the number is prime, else False.

    Raises:
        ValueError: If the number is out of its range.

    Examples:
        >>> is_prime_number(number=7919)
        True
        >>> is_prime_number(number=91)
        False
        >>> is_prime_number(number=1)
        False
    """
    _in_range("number", number, 0, 10**12)
    return number > 1 and _smallest_prime_factor(number) == number


def prime_factors(number: int, distinct_only: bool = False) -> list[int]:
    """List the prime factors of a whole number in ascending order.

    Args:
        number: The number to factorize, 2 to 1000000000000.
        distinct_only: True to list each prime once; by default a prime is repeated as often as it divides.

    Returns:
        The prime factors, smallest first.

    Raises:
        ValueError: If the number is out of its range.

    Examples:
        >>> prime_factors(number=360)
        [2, 2, 2, 3, 3, 5]
        >>> prime_factors(number=1400, distinct_only=True)
        [2, 5, 7]
        >>> prime_factors(number=8633)
        [89, 97]
    """
    _in_range("number", number, 2, 10**12)
    factors = []
    while number > 1:
        factors.append(_smallest_prime_factor(number))
        number //= factors[-1]
    return sorted(set(factors)) if distinct_only else factors


def to_roman_numeral(number: int, letter_case: Literal["upper", "lower"] = "upper") -> str:
    """Write a whole number as a Roman numeral.

    Args:
        number: The number to write, 1 to 3999.
        letter_case: upper for capital letters (XIV), lower for small letters (xiv); upper by default.

    Returns:
        The Roman numeral in the standard subtractive notation.

    Raises:
        ValueError: If the number is out of its range or the letter case is unknown.

    Examples:
        >>> to_roman_numeral(number=1994)
        'MCMXCIV'
        >>> to_roman_numeral(number=48, letter_case="lower")
        'xlviii'
        >>> to_roman_numeral(number=2026, letter_case="upper")
        'MMXXVI'
    """
    _in_range("number", number, 1, 3999)
    if letter_case not in ("upper", "lower"):
        raise ValueError(f"letter_case must be upper or lower, got {letter_case[:50]!r}")
    numeral = ""
    for value, symbol in _ROMAN:
        count, number = divmod(number, value)
        numeral += symbol * count
    return numeral.lower() if letter_case == "lower" else numeral


def convert_number_base(digits: str, from_base: int, to_base: int = 10) -> str:
    """Rewrite a number in another base, such as binary or hexadecimal.

    Args:
        digits: The number as 1 to 64 digits, no sign or prefix; letters A to Z are the digits 10 to 35.
        from_base: Base of `digits`, 2 to 36 (2 is binary, 8 octal, 10 decimal, 16 hexadecimal).
        to_base: Base of the result, 2 to 36; decimal by default.

    Returns:
        The number's digits in the new base, with capital letters and without leading zeros.

    Raises:
        ValueError: If a base is out of its range or the digits do not fit `from_base`.

    Examples:
        >>> convert_number_base(digits="156", from_base=10, to_base=2)
        '10011100'
        >>> convert_number_base(digits="1011011", from_base=2)
        '91'
        >>> convert_number_base(digits="beef", from_base=16)
        '48879'
        >>> convert_number_base(digits="511", from_base=10, to_base=8)
        '777'
    """
    _in_range("digits length", len(digits), 1, 64)
    _in_range("from_base", from_base, 2, 36)
    _in_range("to_base", to_base, 2, 36)
    if not digits.isascii() or any(digit not in _DIGITS[:from_base] for digit in digits.upper()):
        raise ValueError(f"digits must use only {_DIGITS[:from_base]} in base {from_base}, got {digits[:50]!r}")
    number = int(digits, from_base)
    result = ""
    while number or not result:
        number, remainder = divmod(number, to_base)
        result = _DIGITS[remainder] + result
    return result


def fibonacci_number(position: int) -> int:
    """Find the Fibonacci number at a position of the sequence 1, 1, 2, 3, 5, 8 ...

    Args:
        position: Place in the sequence, 1 to 300, where the 1st and the 2nd number are 1.

    Returns:
        The Fibonacci number at that position.

    Raises:
        ValueError: If the position is out of its range.

    Examples:
        >>> fibonacci_number(position=12)
        144
        >>> fibonacci_number(position=25)
        75025
        >>> fibonacci_number(position=50)
        12586269025
    """
    _in_range("position", position, 1, 300)
    current, following = 1, 1
    for _ in range(position - 1):
        current, following = following, current + following
    return current


def modular_arithmetic(first_number: int, operation: ModularOperation, second_number: int, modulus: int) -> int:
    """Calculate with two whole numbers modulo a third, as on a clock.

    Args:
        first_number: The number on the left, 0 to 1000000000000.
        operation: plus, minus, times, divided_by (times the modular inverse) or to_the_power_of.
        second_number: The number on the right, 0 to 1000000000000; no common factor with the modulus if
            divided by it.
        modulus: The number to take the remainder by, 2 to 1000000000000.

    Returns:
        The result modulo the modulus, from 0 to modulus - 1.

    Raises:
        ValueError: If a number is out of its range, the operation is unknown, or the division has no result.

    Examples:
        >>> modular_arithmetic(first_number=7, operation="to_the_power_of", second_number=222, modulus=13)
        12
        >>> modular_arithmetic(first_number=5, operation="divided_by", second_number=8, modulus=27)
        4
        >>> modular_arithmetic(first_number=10, operation="plus", second_number=39, modulus=12)
        1
        >>> modular_arithmetic(first_number=347, operation="times", second_number=29, modulus=101)
        64
    """
    _in_range("first_number", first_number, 0, 10**12)
    _in_range("second_number", second_number, 0, 10**12)
    _in_range("modulus", modulus, 2, 10**12)
    if operation == "plus":
        return (first_number + second_number) % modulus
    if operation == "minus":
        return (first_number - second_number) % modulus
    if operation == "times":
        return first_number * second_number % modulus
    if operation == "to_the_power_of":
        return pow(first_number, second_number, modulus)
    if operation == "divided_by":
        common = gcd(second_number, modulus)
        if common != 1:
            raise ValueError(f"second_number must share no factor with the modulus to divide, both have {common}")
        return first_number * pow(second_number, -1, modulus) % modulus
    raise ValueError(f"operation must be one of {', '.join(get_args(ModularOperation))}, got {operation[:50]!r}")


def smallest_number_with_remainders(conditions: list[RemainderCondition]) -> dict[str, int]:
    """Find the smallest whole number that leaves given remainders (Chinese remainder theorem).

    Args:
        conditions: 2 to 10 objects with divisor (2 to 1000) and remainder (what is left when the number is
            divided by it, 0 to divisor - 1).

    Returns:
        `number` (the smallest one from 1 on) and `repeats_every` (the step to the next such number).

    Raises:
        ValueError: If there are too few or too many conditions, a value is out of its range, or no number
            meets all conditions.

    Examples:
        >>> smallest_number_with_remainders(
        ...     conditions=[
        ...         {"divisor": 3, "remainder": 2},
        ...         {"divisor": 5, "remainder": 3},
        ...         {"divisor": 7, "remainder": 2},
        ...     ]
        ... )
        {'number': 23, 'repeats_every': 105}
        >>> smallest_number_with_remainders(
        ...     conditions=[{"divisor": 12, "remainder": 5}, {"divisor": 18, "remainder": 11}]
        ... )
        {'number': 29, 'repeats_every': 36}
        >>> smallest_number_with_remainders(
        ...     conditions=[{"divisor": 28, "remainder": 9}, {"divisor": 365, "remainder": 140}]
        ... )
        {'number': 3425, 'repeats_every': 10220}
    """
    _in_range("conditions length", len(conditions), 2, 10)
    number, step = 0, 1
    for index, condition in enumerate(conditions):
        divisor, remainder = condition["divisor"], condition["remainder"]
        _in_range(f"conditions[{index}].divisor", divisor, 2, 1000)
        _in_range(f"conditions[{index}].remainder", remainder, 0, divisor - 1)
        common = gcd(step, divisor)
        gap = remainder - number
        if gap % common:
            raise ValueError(f"conditions[{index}] must not contradict those before it, no number meets them all")
        steps = gap // common * pow(step // common, -1, divisor // common) % (divisor // common)
        number, step = number + steps * step, lcm(step, divisor)
    return {"number": number or step, "repeats_every": step}


def classify_by_divisor_sum(number: int) -> DivisorProfile:
    """List the divisors of a whole number and tell whether it is perfect, abundant or deficient.

    Args:
        number: The number to look at, 2 to 1000000000.

    Returns:
        `kind`: perfect (its divisors other than itself add up to it), abundant (to more) or deficient (to
        less), `proper_divisors` (those divisors in ascending order) and `divisor_sum` (their sum).

    Raises:
        ValueError: If the number is out of its range.

    Examples:
        >>> classify_by_divisor_sum(number=496)
        {'kind': 'perfect', 'proper_divisors': [1, 2, 4, 8, 16, 31, 62, 124, 248], 'divisor_sum': 496}
        >>> classify_by_divisor_sum(number=84)
        {'kind': 'abundant', 'proper_divisors': [1, 2, 3, 4, 6, 7, 12, 14, 21, 28, 42], 'divisor_sum': 140}
        >>> classify_by_divisor_sum(number=1155)
        {'kind': 'deficient', 'proper_divisors': [1, 3, 5, 7, 11, 15, 21, 33, 35, 55, 77, 105, 165, 231, 385], 'divisor_sum': 1149}
    """
    _in_range("number", number, 2, 10**9)
    small = [divisor for divisor in range(1, isqrt(number) + 1) if number % divisor == 0]
    divisors = sorted({*small, *(number // divisor for divisor in small)})[:-1]
    total = sum(divisors)
    kind = "perfect" if total == number else "abundant" if total > number else "deficient"
    return {"kind": kind, "proper_divisors": divisors, "divisor_sum": total}

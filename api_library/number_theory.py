"""Number theory: divisors, primes, Fibonacci numbers and ways to write numbers."""

from itertools import chain
from math import gcd, isqrt, lcm
from typing import Literal

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
        raise ValueError(f"letter_case must be upper or lower, got {letter_case!r}")
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
        raise ValueError(f"digits must use only {_DIGITS[:from_base]} in base {from_base}, got {digits!r}")
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

"""Text: counting, checking, rewriting and encoding words."""

import re
import unicodedata
from typing import Literal, get_args

CipherMode = Literal["encrypt", "decrypt"]
CaseStyle = Literal["upper", "lower", "title", "sentence", "snake", "kebab", "camel"]
MorseMode = Literal["encode", "decode"]

_MAX_LENGTH = 10_000
_LOWER = "abcdefghijklmnopqrstuvwxyz"

# International Morse code, ITU-R M.1677-1.
_MORSE_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:?'-/()\"=+@"
_MORSE_CODES = (
    ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- "
    "-. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --.. "
    "----- .---- ..--- ...-- ....- ..... -.... --... ---.. ----. "
    ".-.-.- --..-- ---... ..--.. .----. -....- -..-. -.--. -.--.- .-..-. -...- .-.-. .--.-."
)
_MORSE = dict(zip(_MORSE_SIGNS, _MORSE_CODES.split(), strict=True))
_MORSE_TO_TEXT = {code: sign for sign, code in _MORSE.items()}


def _check_choice(name: str, value: str, literal: object) -> None:
    if value not in get_args(literal):
        raise ValueError(f"{name} must be one of {', '.join(get_args(literal))}, got {value!r}")


def _check_length(name: str, text: str) -> None:
    if not (text.strip() and len(text) <= _MAX_LENGTH):
        raise ValueError(f"{name} must have 1 to {_MAX_LENGTH} characters and not be blank, got {len(text)}")


def _check_text(name: str, text: str) -> None:
    _check_length(name, text)
    if not any(map(str.isalnum, text)):
        raise ValueError(f"{name} must contain at least one letter or digit, got {text!r}")


def _bare_letters(text: str) -> str:
    """Drop everything but letters and digits, and the difference of case and accents."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", text).casefold()))


def count_words(text: str, unique_only: bool = False) -> int:
    """Count the words in a text.

    Args:
        text: The text to count in, 1 to 10000 characters; words are separated by spaces or line breaks.
        unique_only: True to count each different word once, whatever its case; all words if left out.

    Returns:
        The number of words; hyphenated words and contractions count as one.

    Raises:
        ValueError: If the text is too long or has no letter or digit in it.

    Examples:
        >>> count_words(text="Dinner is at seven, don't be late!")
        7
        >>> count_words(text="The cat saw the dog and the dog saw the cat", unique_only=True)
        5
        >>> count_words(text="Our well-known bakery - since 1962 - is closed on Mondays", unique_only=False)
        9
    """
    _check_text("text", text)
    words = [word for token in text.split() if (word := re.sub(r"^[\W_]+|[\W_]+$", "", token))]
    return len({word.casefold() for word in words}) if unique_only else len(words)


def is_palindrome(text: str) -> bool:
    """Tell whether a word or phrase reads the same forwards and backwards.

    Args:
        text: The word or phrase, 1 to 10000 characters; case, accents, spaces and punctuation do not count.

    Returns:
        True if the text is a palindrome, else False.

    Raises:
        ValueError: If the text is too long or has no letter or digit in it.

    Examples:
        >>> is_palindrome(text="A man, a plan, a canal: Panama")
        True
        >>> is_palindrome(text="rotator")
        True
        >>> is_palindrome(text="Madame Butterfly")
        False
    """
    _check_text("text", text)
    letters = _bare_letters(text)
    return letters == letters[::-1]


def caesar_cipher(text: str, mode: CipherMode, shift: int = 3) -> str:
    """Encrypt or decrypt a message with a Caesar cipher.

    Args:
        text: The message, 1 to 10000 characters; only the letters A to Z change, their case is kept.
        mode: encrypt moves letters forward in the alphabet (hide); decrypt moves them back (reveal).
        shift: Number of letters to move by, 1 to 25; 3 if left out.

    Returns:
        The encrypted or decrypted message.

    Raises:
        ValueError: If the text is blank, too long or has no letter or digit, or mode or shift is wrong.

    Examples:
        >>> caesar_cipher(text="Meet me at noon", mode="encrypt")
        'Phhw ph dw qrrq'
        >>> caesar_cipher(text="Uryyb, Jbeyq!", mode="decrypt", shift=13)
        'Hello, World!'
        >>> caesar_cipher(text="Zebra crossing 42", mode="encrypt", shift=7)
        'Gliyh jyvzzpun 42'
    """
    _check_text("text", text)
    _check_choice("mode", mode, CipherMode)
    if not 1 <= shift <= 25:
        raise ValueError(f"shift must be between 1 and 25, got {shift}")
    start = shift if mode == "encrypt" else 26 - shift
    moved = _LOWER[start:] + _LOWER[:start]
    return text.translate(str.maketrans(_LOWER + _LOWER.upper(), moved + moved.upper()))


def convert_case(text: str, style: CaseStyle) -> str:
    """Rewrite a text in another letter case, such as title case or snake case.

    Args:
        text: The text to rewrite, 1 to 10000 characters.
        style: upper (capitals), lower (small letters), title (Each Word Capitalised), sentence (first word of
            each sentence capitalised), snake (with_underscores), kebab (with-hyphens) or camel (joinedWords).

    Returns:
        The rewritten text; snake, kebab and camel keep only the letters and digits of the words.

    Raises:
        ValueError: If the text is too long or has no letter or digit, or style is unknown.

    Examples:
        >>> convert_case(text="the lord of the rings", style="title")
        'The Lord Of The Rings'
        >>> convert_case(text="Customer Phone Number", style="snake")
        'customer_phone_number'
        >>> convert_case(text="PLEASE READ THIS. THANK YOU!", style="sentence")
        'Please read this. Thank you!'
        >>> convert_case(text="order total amount", style="camel")
        'orderTotalAmount'
        >>> convert_case(text="10 Easy Pasta Recipes!", style="kebab")
        '10-easy-pasta-recipes'
        >>> convert_case(text="Mind the gap", style="upper")
        'MIND THE GAP'
        >>> convert_case(text="Jane.Doe@Example.COM", style="lower")
        'jane.doe@example.com'
    """
    _check_text("text", text)
    _check_choice("style", style, CaseStyle)
    if style == "upper":
        return text.upper()
    if style == "lower":
        return text.lower()
    if style == "title":
        return re.sub(r"[^\W_]+(?:['’][^\W_]+)*", lambda word: word[0].capitalize(), text)  # noqa: RUF001
    if style == "sentence":
        return re.sub(r"(?:^|[.!?]\s+)\W*\w", lambda start: start[0].upper(), text.lower())
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", re.sub(r"['’]", "", text))  # noqa: RUF001
    words = re.findall(r"[^\W_]+", spaced.lower())
    if style == "camel":
        return "".join(words[:1] + [word.capitalize() for word in words[1:]])
    return ("_" if style == "snake" else "-").join(words)


def reading_time_minutes(word_count: int, words_per_minute: int = 238) -> float:
    """Estimate how many minutes it takes to read a text of a given number of words.

    Args:
        word_count: Number of words in the text, 1 to 10000000.
        words_per_minute: Reading speed, 20 to 2000; 238 if left out (an adult's average, Brysbaert 2019).

    Returns:
        The reading time in minutes, rounded to 1 decimal.

    Raises:
        ValueError: If an argument is out of its range.

    Examples:
        >>> reading_time_minutes(word_count=1850)
        7.8
        >>> reading_time_minutes(word_count=92000, words_per_minute=250)
        368.0
        >>> reading_time_minutes(word_count=640, words_per_minute=130)
        4.9
    """
    if not 1 <= word_count <= 10_000_000:
        raise ValueError(f"word_count must be between 1 and 10000000, got {word_count}")
    if not 20 <= words_per_minute <= 2000:
        raise ValueError(f"words_per_minute must be between 20 and 2000, got {words_per_minute}")
    return round(word_count / words_per_minute, 1)


def translate_morse_code(message: str, mode: MorseMode) -> str:
    """Translate a message into Morse code or back into text.

    Args:
        message: What to translate, 1 to 10000 characters: plain text of English letters, digits and common
            punctuation, or Morse code as dots and hyphens with a space between letters and / between words.
        mode: encode (text to Morse) or decode (Morse to text).

    Returns:
        The Morse code, in the form above, or the text in capitals.

    Raises:
        ValueError: If the message is blank, too long or has a sign without a translation, or mode is unknown.

    Examples:
        >>> translate_morse_code(message="Send help", mode="encode")
        '... . -. -.. / .... . .-.. .--.'
        >>> translate_morse_code(message="--. --- --- -.. / -. .. --. .... -", mode="decode")
        'GOOD NIGHT'
        >>> translate_morse_code(message="Room 47?", mode="encode")
        '.-. --- --- -- / ....- --... ..--..'
    """
    _check_length("message", message)
    _check_choice("mode", mode, MorseMode)
    if mode == "encode":
        words, table, gap, space = [list(word) for word in message.upper().split()], _MORSE, " ", " / "
    else:
        words = [word.split() for word in message.split("/") if word.strip()]
        table, gap, space = _MORSE_TO_TEXT, "", " "
    if not words:
        raise ValueError(f"message must hold at least one letter, got {message!r}")
    unknown = next((sign for word in words for sign in word if sign not in table), None)
    if unknown is not None:
        raise ValueError(f"message must hold only signs that Morse code has, cannot {mode} {unknown!r}")
    return space.join(gap.join(table[sign] for sign in word) for word in words)


def find_anagrams(word: str, candidates: list[str]) -> list[str]:
    """Pick the anagrams of a word or phrase from a list of candidates.

    Args:
        word: The word or phrase whose letters are rearranged, 1 to 10000 characters.
        candidates: 1 to 1000 words or phrases to check; case, accents, spaces and punctuation do not count.

    Returns:
        The candidates with exactly the same letters, but not the word itself, as given and in their order.

    Raises:
        ValueError: If candidates is empty or too long, or a word is too long or has no letter or digit.

    Examples:
        >>> find_anagrams(word="listen", candidates=["silent", "tinsel", "listens", "enlist", "Listen"])
        ['silent', 'tinsel', 'enlist']
        >>> find_anagrams(word="Dormitory", candidates=["dirty room", "dorm story"])
        ['dirty room']
        >>> find_anagrams(word="apple", candidates=["grape", "plea", "maple"])
        []
    """
    _check_text("word", word)
    if not 1 <= len(candidates) <= 1000:
        raise ValueError(f"candidates must have 1 to 1000 items, got {len(candidates)}")
    for index, candidate in enumerate(candidates):
        _check_text(f"candidates[{index}]", candidate)
    letters = _bare_letters(word)
    return [
        candidate
        for candidate in candidates
        if (bare := _bare_letters(candidate)) != letters and sorted(bare) == sorted(letters)
    ]

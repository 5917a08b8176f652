"""Text: counting, checking, rewriting, laying out and encoding words."""

import re
import textwrap
import unicodedata
from collections import Counter
from typing import Literal, TypedDict, get_args

CipherMode = Literal["encrypt", "decrypt"]
CaseStyle = Literal["upper", "lower", "title", "sentence", "snake", "kebab", "camel"]
MorseMode = Literal["encode", "decode"]
Alignment = Literal["left", "right", "center"]
NameStyle = Literal["full", "family_name_first", "citation", "short", "initials"]


class PersonName(TypedDict):
    """The names of a person in the order in which they are spoken."""

    given_names: list[str]
    family_name: str


class WordCount(TypedDict):
    """How often a word comes."""

    word: str
    count: int


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
        raise ValueError(f"{name} must be one of {', '.join(get_args(literal))}, got {value[:50]!r}")


def _check_length(name: str, text: str) -> None:
    if not (text.strip() and len(text) <= _MAX_LENGTH):
        raise ValueError(f"{name} must have 1 to {_MAX_LENGTH} characters and not be blank, got {len(text)}")


def _check_text(name: str, text: str) -> None:
    _check_length(name, text)
    if not any(map(str.isalnum, text)):
        raise ValueError(f"{name} must contain at least one letter or digit, got {text[:50]!r}")


def _bare_letters(text: str) -> str:
    """Drop everything but letters and digits, and the difference of case and accents."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", text).casefold()))


def _words(text: str) -> list[str]:
    return [word for token in text.split() if (word := re.sub(r"^[\W_]+|[\W_]+$", "", token))]


def _check_person_word(name: str, text: str) -> None:
    if not (text[:1].isalpha() and len(text) <= 100):
        raise ValueError(f"{name} must start with a letter and have 1 to 100 characters, got {text[:100]!r}")


def _initial(name: str) -> str:
    """Shorten a name, each part of a double name as in Jean-Luc -> J.-L."""
    return "-".join(f"{part[0].upper()}." for part in name.split("-") if part)


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
    words = _words(text)
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
        raise ValueError(f"message must hold at least one letter, got {message[:50]!r}")
    unknown = next((sign for word in words for sign in word if sign not in table), None)
    if unknown is not None:
        raise ValueError(f"message must hold only signs that Morse code has, cannot {mode} {unknown[:50]!r}")
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


def most_frequent_words(text: str, top: int = 5, ignored_words: list[str] | None = None) -> list[WordCount]:
    """Find the words that come most often in a text.

    Args:
        text: The text to look at, 1 to 10000 characters; words are separated by spaces or line breaks.
        top: How many words to list at most, 1 to 100; 5 if left out.
        ignored_words: Up to 200 words to leave out, such as the or and, whatever their case; none if left out.

    Returns:
        Objects with word (in small letters) and count, the most frequent first, ties in the order of the text.

    Raises:
        ValueError: If the text is too long or has no letter or digit, top is out of its range, or there are too
            many ignored_words or a blank one.

    Examples:
        >>> most_frequent_words(text="Red lorry, yellow lorry, red lorry, blue bus", top=2)
        [{'word': 'lorry', 'count': 3}, {'word': 'red', 'count': 2}]
        >>> most_frequent_words(
        ...     text="The dog chased the cat, and the cat chased the mouse and the cat's toy.",
        ...     top=3,
        ...     ignored_words=["the", "and"],
        ... )
        [{'word': 'chased', 'count': 2}, {'word': 'cat', 'count': 2}, {'word': 'dog', 'count': 1}]
        >>> most_frequent_words(text="To be, or not to be: that is the question.", top=1)
        [{'word': 'to', 'count': 2}]
    """
    _check_text("text", text)
    if not 1 <= top <= 100:
        raise ValueError(f"top must be between 1 and 100, got {top}")
    ignored = ignored_words or []
    if len(ignored) > 200:
        raise ValueError(f"ignored_words must have at most 200 items, got {len(ignored)}")
    for index, word in enumerate(ignored):
        _check_length(f"ignored_words[{index}]", word)
    skipped = {word.strip().casefold() for word in ignored}
    counts = Counter(word.casefold() for word in _words(text) if word.casefold() not in skipped)
    return [{"word": word, "count": count} for word, count in counts.most_common(top)]


def wrap_text_to_width(text: str, width: int, alignment: Alignment = "left") -> list[str]:
    """Break a text into lines of a given number of characters.

    Args:
        text: The text to break, 1 to 10000 characters; its own line breaks and runs of spaces become one space.
        width: The most characters in a line, 5 to 500; a longer word is cut.
        alignment: left, or right or center to fill lines up with spaces in front; left if left out.

    Returns:
        The lines from top to bottom, without spaces at the end.

    Raises:
        ValueError: If the text is blank or too long, width is out of its range, or alignment is unknown.

    Examples:
        >>> wrap_text_to_width(text="The office is closed on Friday because of the public holiday.", width=24)
        ['The office is closed on', 'Friday because of the', 'public holiday.']
        >>> wrap_text_to_width(text="Anna and Ben invite you to their wedding", width=18, alignment="center")
        ['   Anna and Ben', '  invite you to', '  their wedding']
        >>> wrap_text_to_width(text="Total due within thirty days", width=12, alignment="right")
        ['   Total due', '      within', ' thirty days']
    """
    _check_length("text", text)
    if not 5 <= width <= 500:
        raise ValueError(f"width must be between 5 and 500, got {width}")
    _check_choice("alignment", alignment, Alignment)
    lines = [line.rstrip() for line in textwrap.wrap(" ".join(text.split()), width)]
    if alignment == "right":
        return [line.rjust(width) for line in lines]
    if alignment == "center":
        return [" " * ((width - len(line)) // 2) + line for line in lines]
    return lines


def format_person_name(person: PersonName, style: NameStyle) -> str:
    """Write a person's name in another form, such as for a citation or by the initials.

    Args:
        person: given_names (1 to 5 first and middle names in order) and family_name (surname), each starting
            with a letter and of 1 to 100 characters.
        style: full (Maria Elena Lopez), family_name_first (Lopez, Maria Elena), citation (Lopez, M. E.), short
            (M. Lopez) or initials (M.E.L.).

    Returns:
        The name in that style; case is kept, but initials are capitals.

    Raises:
        ValueError: If there are no or too many given names, a name is not valid, or style is unknown.

    Examples:
        >>> format_person_name(
        ...     person={"given_names": ["Katherine", "Coleman"], "family_name": "Johnson"}, style="citation"
        ... )
        'Johnson, K. C.'
        >>> format_person_name(
        ...     person={"given_names": ["Johann", "Sebastian"], "family_name": "Bach"}, style="initials"
        ... )
        'J.S.B.'
        >>> format_person_name(
        ...     person={"given_names": ["Gabriel"], "family_name": "García Márquez"}, style="family_name_first"
        ... )
        'García Márquez, Gabriel'
        >>> format_person_name(person={"given_names": ["Jean-Luc"], "family_name": "Picard"}, style="short")
        'J.-L. Picard'
    """
    given, family = person["given_names"], person["family_name"]
    if not 1 <= len(given) <= 5:
        raise ValueError(f"person.given_names must have 1 to 5 names, got {len(given)}")
    for index, name in enumerate(given):
        _check_person_word(f"person.given_names[{index}]", name)
    _check_person_word("person.family_name", family)
    _check_choice("style", style, NameStyle)
    if style == "full":
        return " ".join([*given, family])
    if style == "family_name_first":
        return f"{family}, {' '.join(given)}"
    if style == "citation":
        return f"{family}, {' '.join(map(_initial, given))}"
    if style == "short":
        return f"{_initial(given[0])} {family}"
    return "".join(map(_initial, [*given, family]))

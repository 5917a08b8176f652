"""Communication: text messages, telephone calls, email, letters, contacts, posts and meeting times."""

import math
import re
from collections.abc import Collection, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, TypedDict, TypeVar

PhoneCountry = Literal[
    "australia",
    "canada",
    "denmark",
    "france",
    "hong_kong",
    "norway",
    "portugal",
    "singapore",
    "spain",
    "switzerland",
    "united_kingdom",
    "united_states",
]
PhoneStyle = Literal["international", "national", "digits_only"]
SpellingAlphabet = Literal["nato", "police", "able_baker"]
CutPlace = Literal["word", "character"]
LabelCountry = Literal[
    "australia", "canada", "france", "germany", "italy", "netherlands", "united_kingdom", "united_states"
]
PersonTitle = Literal["mr", "mrs", "ms", "mx", "dr", "professor", "none"]
LetterFormality = Literal["formal", "friendly", "casual"]
EnglishVariety = Literal["british", "american"]
VcardVersion = Literal["3.0", "4.0"]
VcardPhoneType = Literal["cell", "home", "work"]
CallRounding = Literal["started_minute", "per_second"]


class TimeSlot(TypedDict):
    """A part of a day."""

    start: str
    end: str


class Availability(TypedDict):
    """When somebody is free on a day."""

    name: str
    free_slots: list[TimeSlot]


class MailingAddress(TypedDict):
    """Who a letter goes to, and where."""

    name: str
    street: str
    city: str
    region: str
    postal_code: str


class LetterRecipient(TypedDict):
    """Who a letter is written to; a name that is not known is an empty text."""

    title: PersonTitle
    first_name: str
    last_name: str


class Contact(TypedDict):
    """Somebody's entry in an address book; what is not known is an empty text."""

    first_name: str
    last_name: str
    phone: str
    email: str
    organization: str


class CallTariff(TypedDict):
    """What a telephone company charges."""

    price_per_minute: float
    connection_fee: float
    included_minutes: float


class SmsSegments(TypedDict):
    """What count_sms_segments returns."""

    encoding: str
    characters_used: int
    segments: int
    messages_billed: int


_Entry = TypeVar("_Entry")

# The default alphabet and its extension table, 3GPP TS 23.038; a sign of the extension takes two places.
_GSM_SIGNS = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENSION = set("^{}\\[~]|€\f")
_SMS_PLACES = {"GSM-7": (160, 153), "UCS-2": (70, 67)}  # in a single message, in each segment of a longer one

# Calling code, digit dialed before national numbers, and how the numbers are grouped, by their first digits
# (national numbering plans; a subset of what libphonenumber knows).
_PHONE_PLANS: dict[str, tuple[str, str, dict[str, str]]] = {
    "australia": ("61", "0", {"4": "### ### ###", "[2378]": "# #### ####"}),
    "canada": ("1", "1", {"[2-9][0-8].[2-9]": "###-###-####"}),
    "denmark": ("45", "", {"[2-9]": "## ## ## ##"}),
    "france": ("33", "0", {"[1-79]": "# ## ## ## ##"}),
    "hong_kong": ("852", "", {"[2-79]|8[4-7]": "#### ####"}),
    "norway": ("47", "", {"[2-79]": "## ## ## ##"}),
    "portugal": ("351", "", {"2[12]": "## ### ####", "2|9[1236]": "### ### ###"}),
    "singapore": ("65", "", {"[3689]": "#### ####"}),
    "spain": ("34", "", {"[67]|[89][1-8]": "### ## ## ##"}),
    "switzerland": ("41", "0", {"[2-7]|[89]1": "## ### ## ##"}),
    "united_kingdom": (
        "44",
        "0",
        {"7[1-57-9]": "#### ######", "2[03489]": "## #### ####", "1.1|11|[38]": "### ### ####", "1": "#### ######"},
    ),
    "united_states": ("1", "1", {"[2-9][0-8].[2-9]": "###-###-####"}),
}

_EMAIL = re.compile(
    r"([A-Za-z0-9!#$%&'*/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*/=?^_`{|}~-]+)*)(?:\+([A-Za-z0-9._+-]+))?"
    r"@((?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+([A-Za-z]{2,63}))"
)
_CLOCK = re.compile("([01][0-9]|2[0-3]):([0-5][0-9])")

# ICAO and NATO; the police of Los Angeles and much of the United States; the US forces in the Second World War.
_ALPHABETS = {
    "nato": "Alfa Bravo Charlie Delta Echo Foxtrot Golf Hotel India Juliett Kilo Lima Mike November Oscar Papa Quebec "
    "Romeo Sierra Tango Uniform Victor Whiskey X-ray Yankee Zulu",
    "police": "Adam Boy Charles David Edward Frank George Henry Ida John King Lincoln Mary Nora Ocean Paul Queen "
    "Robert Sam Tom Union Victor William X-ray Young Zebra",
    "able_baker": "Able Baker Charlie Dog Easy Fox George How Item Jig King Love Mike Nan Oboe Peter Queen Roger "
    "Sugar Tare Uncle Victor William X-ray Yoke Zebra",
}
_DIGIT_WORDS = ("Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")

# Universal Postal Union, postal addressing systems: the lines after the street, with the city in CAPITALS or as given.
_LABEL_LINES = {
    "australia": ["{CITY} {REGION} {postal_code}"],
    "canada": ["{CITY} {REGION}  {postal_code}"],
    "france": ["{postal_code} {CITY}"],
    "germany": ["{postal_code} {city}"],
    "italy": ["{postal_code} {CITY} {REGION}"],
    "netherlands": ["{postal_code}  {CITY}"],
    "united_kingdom": ["{CITY}", "{postal_code}"],
    "united_states": ["{CITY} {REGION} {postal_code}"],
}

_TITLES = {"mr": "Mr", "mrs": "Mrs", "ms": "Ms", "mx": "Mx", "dr": "Dr", "professor": "Professor", "none": ""}
_CLOSINGS = {
    "british": {"formal": "Yours sincerely,", "friendly": "Kind regards,", "casual": "Cheers,"},
    "american": {"formal": "Sincerely,", "friendly": "Best regards,", "casual": "Take care,"},
}


def _check_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} must be between {low} and {high}, got {value}")


def _check_length(name: str, items: Collection[object], fewest: int, most: int) -> None:
    if not fewest <= len(items) <= most:
        raise ValueError(f"{name} must have {fewest} to {most} entries, got {len(items)}")


def _check_text(name: str, text: str, most: int) -> None:
    if not text.strip() or len(text) > most:
        raise ValueError(f"{name} must have 1 to {most} characters, not only spaces, got {text[:50]!r}")


def _check_line(name: str, text: str, needed: bool = True) -> None:
    """Check a text of one line that may be empty only where it is not needed."""
    if (needed and not text.strip()) or len(text) > 60 or not all(map(str.isprintable, text)):
        raise ValueError(f"{name} must have {1 if needed else 0} to 60 characters in one line, got {text[:60]!r}")


def _pick(name: str, key: str, table: Mapping[str, _Entry]) -> _Entry:
    if key not in table:
        raise ValueError(f"{name} must be one of {', '.join(table)}, got {key[:50]!r}")
    return table[key]


def _money(amount: float) -> float:
    """Round to cents, halves away from zero."""
    return float(Decimal(f"{amount:.6f}").quantize(Decimal("0.01"), ROUND_HALF_UP))


def count_sms_segments(message: str, recipients: int = 1) -> SmsSegments:
    """Count the SMS segments that a text message is sent and billed as.

    Args:
        message: The text of the message, 1 to 1500 characters.
        recipients: Number of people who get the message, 1 to 1000000.

    Returns:
        An object with encoding (GSM-7, or UCS-2 if a sign such as an emoji needs it), characters_used (places that
        the text takes; a sign such as € takes two), segments (parts a message: one up to 160 places in GSM-7 or 70
        in UCS-2, else parts of 153 or 67) and messages_billed (segments times recipients).

    Raises:
        ValueError: If the message is blank or too long, or recipients is out of range.

    Examples:
        >>> count_sms_segments(message="Your table for four is booked for Friday at 19:30. See you then!")
        {'encoding': 'GSM-7', 'characters_used': 64, 'segments': 1, 'messages_billed': 1}
        >>> count_sms_segments(message="Flash sale: all shoes for 25€ until Sunday 👟", recipients=340)
        {'encoding': 'UCS-2', 'characters_used': 45, 'segments': 1, 'messages_billed': 340}
        >>> count_sms_segments(
        ...     message="Dear parents, because of the storm warning all afternoon clubs are cancelled today. Please "
        ...     "collect your children at 13:15 from the main entrance. The school office is open until 16:00.",
        ...     recipients=85,
        ... )
        {'encoding': 'GSM-7', 'characters_used': 184, 'segments': 2, 'messages_billed': 170}
    """
    _check_text("message", message, 1500)
    _check_range("recipients", recipients, 1, 1_000_000)
    if all(sign in _GSM_SIGNS or sign in _GSM_EXTENSION for sign in message):
        encoding, places = "GSM-7", [2 if sign in _GSM_EXTENSION else 1 for sign in message]
    else:
        encoding, places = "UCS-2", [2 if sign > "\uffff" else 1 for sign in message]
    single, each = _SMS_PLACES[encoding]
    segments, used = 1, 0
    if sum(places) > single:
        for size in places:  # a sign of two places is never split
            if used + size > each:
                segments, used = segments + 1, 0
            used += size
    return {
        "encoding": encoding,
        "characters_used": sum(places),
        "segments": segments,
        "messages_billed": segments * recipients,
    }


def _phone_groups(digits: str, plans: dict[str, str]) -> list[str] | None:
    """Group the digits of a national number, None if they fit no plan."""
    for start, shape in plans.items():
        if re.match(start, digits):
            sizes = [len(group) for group in re.findall("#+", shape)]
            if sum(sizes) != len(digits):
                return None
            ends = [sum(sizes[: place + 1]) for place in range(len(sizes))]
            return [digits[end - size : end] for size, end in zip(sizes, ends, strict=True)]
    return None


def format_phone_number(number: str, country: PhoneCountry, style: PhoneStyle = "international") -> str:
    """Write a telephone number the way it is written in its country or abroad.

    Args:
        number: The number as typed, with or without the country's calling code; spaces, dots, hyphens, slashes and
            brackets do not count. Only ordinary landline and mobile numbers, no short or toll-free ones.
        country: Country of the number: australia, canada, denmark, france, hong_kong, norway, portugal, singapore,
            spain, switzerland, united_kingdom or united_states.
        style: international (+ and calling code, with spaces), national (as dialed inside the country) or
            digits_only (+ and all digits without spaces, E.164).

    Returns:
        The formatted number.

    Raises:
        ValueError: If the country or the style is unknown, or the number is none of the country.

    Examples:
        >>> format_phone_number(number="020 79460018", country="united_kingdom")
        '+44 20 7946 0018'
        >>> format_phone_number(number="+14155550132", country="united_states", style="national")
        '(415) 555-0132'
        >>> format_phone_number(number="06.12.34.56.78", country="france", style="digits_only")
        '+33612345678'
        >>> format_phone_number(number="0061 412345678", country="australia", style="national")
        '0412 345 678'
    """
    code, trunk, plans = _pick("country", country, _PHONE_PLANS)
    _pick("style", style, {"international": 0, "national": 0, "digits_only": 0})
    problem = ValueError(f"number must be a landline or mobile number of {country}, got {number[:30]!r}")
    digits = re.sub(r"[ ./()\-]", "", number)
    if not re.fullmatch(r"[+]?[0-9]{6,17}", digits):
        raise problem
    rest = re.sub(r"^([+]|00)", "", digits)
    if rest != digits:
        if not rest.startswith(code):
            raise problem
        rest = rest.removeprefix(code)
    groups = _phone_groups(rest, plans) or _phone_groups(rest.removeprefix(trunk), plans)
    if groups is None:
        raise problem
    if style == "digits_only":
        return f"+{code}{''.join(groups)}"
    if code == "1":
        area, line = groups[0], "-".join(groups[1:])
        return f"({area}) {line}" if style == "national" else f"+1 {area}-{line}"
    if style == "international":
        return " ".join([f"+{code}", *groups])
    if country == "australia" and len(groups[0]) == 1:
        return f"(0{groups[0]}) {' '.join(groups[1:])}"
    return trunk + " ".join(groups)


def email_address_parts(address: str) -> dict[str, str]:
    """Split an email address into its user, tag and domain.

    Args:
        address: The email address, up to 254 characters, such as maria.lopez+news@mail.example.org.

    Returns:
        An object with user (before the @ and without the tag), tag (after the first +, empty if there is none), domain
        (after the @, in small letters) and top_level_domain (the last part of the domain).

    Raises:
        ValueError: If the address is malformed or too long.

    Examples:
        >>> email_address_parts(address="maria.lopez+newsletters@mail.example.org")
        {'user': 'maria.lopez', 'tag': 'newsletters', 'domain': 'mail.example.org', 'top_level_domain': 'org'}
        >>> email_address_parts(address="j_okafor@Brightside-Dental.co.uk")
        {'user': 'j_okafor', 'tag': '', 'domain': 'brightside-dental.co.uk', 'top_level_domain': 'uk'}
        >>> email_address_parts(address="support+ticket.4821@helpdesk.dev")
        {'user': 'support', 'tag': 'ticket.4821', 'domain': 'helpdesk.dev', 'top_level_domain': 'dev'}
    """
    match = _EMAIL.fullmatch(address) if len(address) <= 254 and address.find("@") <= 64 else None
    if match is None:
        raise ValueError(f"address must be an email address such as maria@example.org, got {address[:80]!r}")
    return {
        "user": match[1],
        "tag": match[2] or "",
        "domain": match[3].lower(),
        "top_level_domain": match[4].lower(),
    }


def _clock_minutes(name: str, text: str) -> int:
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise ValueError(f"{name} must be HH:MM from 00:00 to 23:59, got {text[:50]!r}")
    return int(match[1]) * 60 + int(match[2])


def _clock_text(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def common_meeting_times(people: list[Availability], meeting_minutes: int = 60) -> list[TimeSlot]:
    """Find the times of a day at which all people are free for a meeting.

    Args:
        people: 2 to 20 people, objects with name and free_slots (1 to 20 objects with start and end, the times of the
            day when the person is free, as HH:MM, 24-hour, the end after the start).
        meeting_minutes: Length of the meeting in minutes, 5 to 720; 60 if left out.

    Returns:
        The periods that suit everyone and are long enough for the meeting, earliest first, as objects with start and
        end (HH:MM); an empty list if there is none.

    Raises:
        ValueError: If a time is malformed, a slot ends before it starts, or there are too few or too many entries.

    Examples:
        >>> common_meeting_times(
        ...     people=[
        ...         {"name": "Priya", "free_slots": [{"start": "09:00", "end": "11:30"}, {"start": "14:00", "end": "17:00"}]},
        ...         {"name": "Jonas", "free_slots": [{"start": "10:15", "end": "15:00"}]},
        ...     ],
        ...     meeting_minutes=45,
        ... )
        [{'start': '10:15', 'end': '11:30'}, {'start': '14:00', 'end': '15:00'}]
        >>> common_meeting_times(
        ...     people=[
        ...         {"name": "Marta", "free_slots": [{"start": "08:30", "end": "12:00"}]},
        ...         {"name": "Kenji", "free_slots": [{"start": "11:20", "end": "16:00"}]},
        ...     ],
        ... )
        []
        >>> common_meeting_times(
        ...     people=[
        ...         {"name": "Lee", "free_slots": [{"start": "13:00", "end": "18:30"}]},
        ...         {"name": "Ada", "free_slots": [{"start": "12:00", "end": "15:30"}, {"start": "16:45", "end": "19:00"}]},
        ...         {"name": "Sam", "free_slots": [{"start": "14:10", "end": "18:00"}]},
        ...     ],
        ...     meeting_minutes=75,
        ... )
        [{'start': '14:10', 'end': '15:30'}, {'start': '16:45', 'end': '18:00'}]
    """
    _check_length("people", people, 2, 20)
    _check_range("meeting_minutes", meeting_minutes, 5, 720)
    free = [True] * (24 * 60)
    for index, person in enumerate(people):
        _check_text(f"people[{index}].name", person["name"], 60)
        _check_length(f"people[{index}].free_slots", person["free_slots"], 1, 20)
        own = [False] * len(free)
        for slot in person["free_slots"]:
            start, end = (_clock_minutes(f"people[{index}].free_slots", time) for time in (slot["start"], slot["end"]))
            if end <= start:
                raise ValueError(
                    f"people[{index}].free_slots must end after they start, got {slot['start']} to {slot['end']}"
                )
            own[start:end] = [True] * (end - start)
        free = [both and one for both, one in zip(free, own, strict=True)]
    periods: list[TimeSlot] = []
    start = 0
    for minute, is_free in enumerate([*free, False]):
        if not is_free:
            if minute - start >= meeting_minutes:
                periods.append({"start": _clock_text(start), "end": _clock_text(minute)})
            start = minute + 1
    return periods


def spell_for_telephone(text: str, alphabet: SpellingAlphabet = "nato") -> str:
    """Spell a word or code letter by letter with a radio alphabet, such as Alfa Bravo Charlie.

    Args:
        text: What to spell, 1 to 100 characters: letters A to Z and digits; spaces and hyphens only part words.
        alphabet: nato (Alfa Bravo Charlie), police (Adam Boy Charles, United States) or able_baker (Able Baker
            Charlie, Second World War).

    Returns:
        The code words with spaces between, and a / between the words of the text.

    Raises:
        ValueError: If the text is too long or has other signs or nothing to spell, or the alphabet is unknown.

    Examples:
        >>> spell_for_telephone(text="Kowalski")
        'Kilo Oscar Whiskey Alfa Lima Sierra Kilo India'
        >>> spell_for_telephone(text="7GHX 204", alphabet="police")
        'Seven George Henry X-ray / Two Zero Four'
        >>> spell_for_telephone(text="Desmond", alphabet="able_baker")
        'Dog Easy Sugar Mike Oboe Nan Dog'
    """
    _check_text("text", text, 100)
    code_words = _pick("alphabet", alphabet, _ALPHABETS).split()
    words = text.upper().replace("-", " ").split()
    if not words or not re.fullmatch("[A-Z0-9]+", "".join(words)):
        raise ValueError(f"text must hold only the letters A to Z, digits, spaces and hyphens, got {text[:50]!r}")
    table = {code_word[0]: code_word for code_word in code_words} | {
        str(i): word for i, word in enumerate(_DIGIT_WORDS)
    }
    return " / ".join(" ".join(table[sign] for sign in word) for word in words)


def shorten_message(message: str, max_characters: int, cut_at: CutPlace = "word", ending: str = "...") -> str:
    """Cut a message down to a number of characters and mark that it was cut.

    Args:
        message: The message, 1 to 5000 characters.
        max_characters: Most characters that the result may have, with its ending, 5 to 5000.
        cut_at: Where it may be cut: word (only between words) or character (anywhere); words if left out.
        ending: What is put at the end of a message that was cut, 0 to 4 characters; three dots if left out.

    Returns:
        The shortened message, or the message itself if it is short enough.

    Raises:
        ValueError: If the message is blank or too long, max_characters is out of range, cut_at is unknown, or the
            ending is too long.

    Examples:
        >>> shorten_message(message="The delivery will arrive between noon and two in the afternoon", max_characters=40)
        'The delivery will arrive between noon...'
        >>> shorten_message(message="Congratulations on your promotion!", max_characters=22, cut_at="character")
        'Congratulations on...'
        >>> shorten_message(
        ...     message="Minutes of the board meeting in Lisbon", max_characters=30, cut_at="word", ending=" >>"
        ... )
        'Minutes of the board >>'
        >>> shorten_message(message="See you at eight", max_characters=50)
        'See you at eight'
    """
    _check_text("message", message, 5000)
    _check_range("max_characters", max_characters, 5, 5000)
    _pick("cut_at", cut_at, {"word": 0, "character": 0})
    if len(ending) > 4:
        raise ValueError(f"ending must have 0 to 4 characters, got {ending[:20]!r}")
    if len(message) <= max_characters:
        return message
    room = max_characters - len(ending)
    kept = message[:room].rstrip()
    if cut_at == "word" and not message[room].isspace() and not message[room - 1].isspace():
        kept = re.sub(r"\s*\S+$", "", kept) or kept  # a first word that is too long is cut all the same
    return kept + ending


def _without_repeats(tags: list[str], exact: bool) -> list[str]:
    kept: dict[str, str] = {}
    for tag in tags:
        kept.setdefault(tag if exact else tag.casefold(), tag)
    return list(kept.values())


def social_post_tags(post: str, keep_repeats: bool = False) -> dict[str, list[str]]:
    """List the hashtags, the mentioned accounts and the web links in a social media post.

    Args:
        post: The text of the post, 1 to 5000 characters.
        keep_repeats: True to list each as often as it comes; only once (tags whatever their case) if left out.

    Returns:
        An object with hashtags (without the #), mentions (without the @) and links (http or https), each in the order
        of the text; empty lists if there are none.

    Raises:
        ValueError: If the post is blank or too long.

    Examples:
        >>> social_post_tags(post="Sunrise over the harbor with @lena_m and @Tomas.K #Lisbon #goldenhour")
        {'hashtags': ['Lisbon', 'goldenhour'], 'mentions': ['lena_m', 'Tomas.K'], 'links': []}
        >>> social_post_tags(
        ...     post="#Vegan tacos again! Recipe: https://tacos.example/green. More #vegan ideas by @chef_ivy", keep_repeats=True
        ... )
        {'hashtags': ['Vegan', 'vegan'], 'mentions': ['chef_ivy'], 'links': ['https://tacos.example/green']}
        >>> social_post_tags(post="Questions? Write to hello@studio.example or ask @studio, #AMA #ama at 6 pm")
        {'hashtags': ['AMA'], 'mentions': ['studio'], 'links': []}
    """
    _check_text("post", post, 5000)
    links = [link.rstrip(".,;:!?)'\"") for link in re.findall(r"https?://[^\s<>]+", post)]
    plain = re.sub(r"https?://[^\s<>]+", " ", post)
    found = {
        "hashtags": re.findall(r"(?<![\w&#])#(\w*[^\W\d_]\w*)", plain),
        "mentions": re.findall(r"(?<![\w.@])@([A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*)", plain),
        "links": links,
    }
    if keep_repeats:
        return found
    return {kind: _without_repeats(tags, exact=kind == "links") for kind, tags in found.items()}


def mailing_label_lines(address: MailingAddress, country: LabelCountry, sent_from_abroad: bool = False) -> list[str]:
    """Write the lines of an address label as the post office of the destination country wants them.

    Args:
        address: An object with name, street (with the house number), city, region (code of the state, province or
            territory, such as TX; needed in australia, canada, italy and united_states, else empty) and postal_code.
        country: Country the mail goes to: australia, canada, france, germany, italy, netherlands, united_kingdom or
            united_states.
        sent_from_abroad: True to add the English name of the country as the last line; not added if left out.

    Returns:
        The lines of the label from the name down.

    Raises:
        ValueError: If a part is empty or has more than 60 characters, or the country is unknown.

    Examples:
        >>> mailing_label_lines(
        ...     address={
        ...         "name": "Grace Whitfield",
        ...         "street": "1408 Cedar Street",
        ...         "city": "Austin",
        ...         "region": "TX",
        ...         "postal_code": "78702",
        ...     },
        ...     country="united_states",
        ... )
        ['Grace Whitfield', '1408 Cedar Street', 'AUSTIN TX 78702']
        >>> mailing_label_lines(
        ...     address={
        ...         "name": "Jonas Becker",
        ...         "street": "Lindenallee 27",
        ...         "city": "Leipzig",
        ...         "region": "",
        ...         "postal_code": "04109",
        ...     },
        ...     country="germany",
        ...     sent_from_abroad=True,
        ... )
        ['Jonas Becker', 'Lindenallee 27', '04109 Leipzig', 'GERMANY']
        >>> mailing_label_lines(
        ...     address={
        ...         "name": "Harriet Cole",
        ...         "street": "9 Mill Lane",
        ...         "city": "Norwich",
        ...         "region": "",
        ...         "postal_code": "NR3 1AB",
        ...     },
        ...     country="united_kingdom",
        ... )
        ['Harriet Cole', '9 Mill Lane', 'NORWICH', 'NR3 1AB']
        >>> mailing_label_lines(
        ...     address={
        ...         "name": "Luc Tremblay",
        ...         "street": "355 Rue Saint-Paul",
        ...         "city": "Montreal",
        ...         "region": "QC",
        ...         "postal_code": "H2Y 2A7",
        ...     },
        ...     country="canada",
        ...     sent_from_abroad=True,
        ... )
        ['Luc Tremblay', '355 Rue Saint-Paul', 'MONTREAL QC  H2Y 2A7', 'CANADA']
    """
    shapes = _pick("country", country, _LABEL_LINES)
    with_region = any("{REGION}" in shape for shape in shapes)
    parts = {
        "name": address["name"],
        "street": address["street"],
        "city": address["city"],
        "region": address["region"],
        "postal_code": address["postal_code"],
    }
    for part, text in parts.items():
        _check_line(f"address.{part}", text, needed=part != "region" or with_region)
    if parts["region"].strip() and not with_region:
        raise ValueError(f"address.region must be empty for {country}, got {parts['region'][:50]!r}")
    parts = {part: text.strip() for part, text in parts.items()}
    parts |= {"CITY": parts["city"].upper(), "REGION": parts["region"].upper()}
    lines = [parts["name"], parts["street"], *(shape.format(**parts) for shape in shapes)]
    return [*lines, country.replace("_", " ").upper()] if sent_from_abroad else lines


def letter_greeting_and_closing(
    recipient: LetterRecipient, formality: LetterFormality, english: EnglishVariety = "american"
) -> dict[str, str]:
    """Choose the greeting at the top and the closing at the end of an English letter or email.

    A formal letter uses title and last name, both names if there is no title, and Sir or Madam without a last name; the
    others use the first name.

    Args:
        recipient: Who is written to, an object with title (mr, mrs, ms, mx, dr, professor or none), first_name and
            last_name; a name that is not known is empty. A friendly or casual letter needs the first name.
        formality: formal (business, authorities), friendly (colleagues, clients one knows) or casual (friends).
        english: british or american habits; american if left out.

    Returns:
        An object with greeting and closing, each with its punctuation.

    Raises:
        ValueError: If the title, formality or english is unknown, a name is too long, or the first name is missing.

    Examples:
        >>> letter_greeting_and_closing(
        ...     recipient={"title": "dr", "first_name": "Amara", "last_name": "Okafor"}, formality="formal"
        ... )
        {'greeting': 'Dear Dr. Okafor:', 'closing': 'Sincerely,'}
        >>> letter_greeting_and_closing(
        ...     recipient={"title": "none", "first_name": "", "last_name": ""}, formality="formal", english="british"
        ... )
        {'greeting': 'Dear Sir or Madam,', 'closing': 'Yours faithfully,'}
        >>> letter_greeting_and_closing(
        ...     recipient={"title": "ms", "first_name": "Ingrid", "last_name": "Solberg"}, formality="friendly"
        ... )
        {'greeting': 'Dear Ingrid,', 'closing': 'Best regards,'}
        >>> letter_greeting_and_closing(
        ...     recipient={"title": "none", "first_name": "Callum", "last_name": "Reid"},
        ...     formality="casual",
        ...     english="british",
        ... )
        {'greeting': 'Hi Callum,', 'closing': 'Cheers,'}
    """
    title = _pick("recipient.title", recipient["title"], _TITLES)
    first, last = recipient["first_name"].strip(), recipient["last_name"].strip()
    _check_line("recipient.first_name", first, needed=formality in ("friendly", "casual"))
    _check_line("recipient.last_name", last, needed=False)
    closing = _pick("formality", formality, _pick("english", english, _CLOSINGS))
    if formality == "casual":
        return {"greeting": f"Hi {first},", "closing": closing}
    if formality == "friendly":
        return {"greeting": f"Dear {first},", "closing": closing}
    if title and title != "Professor" and english == "american":
        title += "."
    if title and last:
        name = f"{title} {last}"
    else:
        name = f"{first} {last}".strip() if last else ""
    if not name and english == "british":
        closing = "Yours faithfully,"
    return {"greeting": f"Dear {name or 'Sir or Madam'}{',' if english == 'british' else ':'}", "closing": closing}


def contact_vcard(contact: Contact, phone_type: VcardPhoneType = "cell", version: VcardVersion = "4.0") -> str:
    r"""Write somebody's contact details as a vCard (VCF) for an address book.

    Args:
        contact: An object with first_name, last_name, phone, email and organization, up to 60 characters each; what
            is not known is empty, but not both names.
        phone_type: What the telephone number is: cell (mobile), home or work; cell if left out.
        version: Version of the format: 3.0 (RFC 2426) or 4.0 (RFC 6350); 4.0 if left out.

    Returns:
        The text of the vCard with a carriage return and line feed after each line; fields without a value are left out.

    Raises:
        ValueError: If both names are empty, a field is too long or has a line break, or the type or version is unknown.

    Examples:
        >>> contact_vcard(
        ...     contact={
        ...         "first_name": "Elif",
        ...         "last_name": "Demir",
        ...         "phone": "+90 532 555 01 47",
        ...         "email": "elif@demir.example",
        ...         "organization": "",
        ...     }
        ... )  # doctest: +NORMALIZE_WHITESPACE
        'BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Elif Demir\r\nN:Demir;Elif;;;\r\nTEL;TYPE=cell:+90 532 555 01 47\r\nEMAIL:elif@demir.example\r\nEND:VCARD\r\n'
        >>> contact_vcard(
        ...     contact={
        ...         "first_name": "Noah",
        ...         "last_name": "Lindqvist",
        ...         "phone": "+46 8 555 0192",
        ...         "email": "",
        ...         "organization": "Harbor, Stone & Sons",
        ...     },
        ...     phone_type="work",
        ...     version="3.0",
        ... )  # doctest: +NORMALIZE_WHITESPACE
        'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Noah Lindqvist\r\nN:Lindqvist;Noah;;;\r\nORG:Harbor\\, Stone & Sons\r\nTEL;TYPE=work:+46 8 555 0192\r\nEND:VCARD\r\n'
    """  # noqa: E501
    names = {"first_name": contact["first_name"], "last_name": contact["last_name"]}
    fields = {"phone": contact["phone"], "email": contact["email"], "organization": contact["organization"]}
    for field, text in (names | fields).items():
        _check_line(f"contact.{field}", text, needed=False)
    if not any(map(str.strip, names.values())):
        raise ValueError("contact must have a first_name or a last_name")
    _pick("phone_type", phone_type, {"cell": 0, "home": 0, "work": 0})
    _pick("version", version, {"3.0": 0, "4.0": 0})
    first, last, phone, email, organization = (
        re.sub(r"([\\,;])", r"\\\1", text.strip()) for text in (names | fields).values()
    )
    lines = ["BEGIN:VCARD", f"VERSION:{version}", f"FN:{f'{first} {last}'.strip()}", f"N:{last};{first};;;"]
    lines += [f"ORG:{organization}"] if organization else []
    lines += [f"TEL;TYPE={phone_type}:{phone}"] if phone else []
    lines += [f"EMAIL:{email}"] if email else []
    return "\r\n".join([*lines, "END:VCARD", ""])


def phone_calls_cost(
    call_minutes: list[float], tariff: CallTariff, rounding: CallRounding = "started_minute"
) -> dict[str, float]:
    """Compute what telephone calls cost under a tariff.

    Args:
        call_minutes: Length of each call in minutes, 0.01 to 1440 each (2.5 is 2 minutes 30 seconds), 1 to 200 calls.
        tariff: An object with price_per_minute (0 to 100), connection_fee (charged for every call, 0 to 100) and
            included_minutes (minutes that are free in total, 0 to 100000), the first two in the same currency.
        rounding: How a call is counted: started_minute (every started minute in full) or per_second (as long as it
            lasted, every started second in full).

    Returns:
        An object with counted_minutes (after rounding), charged_minutes (beyond those included) and total_cost (in the
        currency of the tariff), rounded to 2 decimals.

    Raises:
        ValueError: If a number is out of range, rounding is unknown, or there are no calls or too many.

    Examples:
        >>> phone_calls_cost(
        ...     call_minutes=[3.2, 12.75, 0.5],
        ...     tariff={"price_per_minute": 0.09, "connection_fee": 0.15, "included_minutes": 0},
        ... )
        {'counted_minutes': 18.0, 'charged_minutes': 18.0, 'total_cost': 2.07}
        >>> phone_calls_cost(
        ...     call_minutes=[45.5, 28.25],
        ...     tariff={"price_per_minute": 0.29, "connection_fee": 0, "included_minutes": 60},
        ...     rounding="per_second",
        ... )
        {'counted_minutes': 73.75, 'charged_minutes': 13.75, 'total_cost': 3.99}
        >>> phone_calls_cost(
        ...     call_minutes=[17.4],
        ...     tariff={"price_per_minute": 1.49, "connection_fee": 0.99, "included_minutes": 5},
        ...     rounding="started_minute",
        ... )
        {'counted_minutes': 18.0, 'charged_minutes': 13.0, 'total_cost': 20.36}
    """
    _check_length("call_minutes", call_minutes, 1, 200)
    for index, minutes in enumerate(call_minutes):
        _check_range(f"call_minutes[{index}]", minutes, 0.01, 1440)
    _check_range("tariff.price_per_minute", tariff["price_per_minute"], 0, 100)
    _check_range("tariff.connection_fee", tariff["connection_fee"], 0, 100)
    _check_range("tariff.included_minutes", tariff["included_minutes"], 0, 100_000)
    per_minute = _pick("rounding", rounding, {"started_minute": 1, "per_second": 60})
    counted = sum(math.ceil(round(minutes * per_minute, 6)) for minutes in call_minutes) / per_minute
    charged = max(0.0, counted - tariff["included_minutes"])
    cost = charged * tariff["price_per_minute"] + len(call_minutes) * tariff["connection_fee"]
    return {
        "counted_minutes": round(counted, 2),
        "charged_minutes": round(charged, 2),
        "total_cost": _money(cost),
    }

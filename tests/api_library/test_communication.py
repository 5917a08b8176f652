"""Wrong and known values of the communication functions."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from api_library import communication

MORNING = {"start": "09:00", "end": "12:00"}
IRIS = {"name": "Iris", "free_slots": [MORNING]}
OTTO = {"name": "Otto", "free_slots": [{"start": "10:00", "end": "11:00"}, {"start": "11:00", "end": "13:00"}]}
ADDRESS = {"name": "Ana Ruiz", "street": "5 High Street", "city": "Bath", "region": "", "postal_code": "BA1 5AB"}
RECIPIENT = {"title": "mr", "first_name": "Ivo", "last_name": "Kral"}
LETTER = {"recipient": RECIPIENT, "formality": "formal"}
CONTACT = {"first_name": "Ana", "last_name": "Ruiz", "phone": "+34 612 34 56 78", "email": "", "organization": "A; B"}
TARIFF = {"price_per_minute": 0.1, "connection_fee": 0.05, "included_minutes": 0}
CALLS = {"call_minutes": [2.5], "tariff": TARIFF}
SHORTEN = {"message": "one two three four", "max_characters": 12}
PHONE = {"number": "0612345678", "country": "france"}

WRONG = [
    (communication.count_sms_segments, {"message": " "}, "message"),
    (communication.count_sms_segments, {"message": "a" * 1501}, "message"),
    (communication.count_sms_segments, {"message": "Hello", "recipients": 0}, "recipients"),
    (communication.format_phone_number, PHONE | {"number": "12"}, "number"),
    (communication.format_phone_number, PHONE | {"number": "06 12 34 56 78 9"}, "number"),
    (communication.format_phone_number, PHONE | {"number": "+49 612345678"}, "number"),
    (communication.format_phone_number, PHONE | {"number": "call me"}, "number"),
    (communication.format_phone_number, PHONE | {"country": "mars"}, "country"),
    (communication.format_phone_number, PHONE | {"style": "pretty"}, "style"),
    (communication.email_address_parts, {"address": "nobody"}, "address"),
    (communication.email_address_parts, {"address": "a..b@example.org"}, "address"),
    (communication.email_address_parts, {"address": "a@-example.org"}, "address"),
    (communication.email_address_parts, {"address": "a" * 65 + "@example.org"}, "address"),
    (communication.common_meeting_times, {"people": [IRIS]}, "people"),
    (communication.common_meeting_times, {"people": [IRIS, OTTO | {"name": ""}]}, "people"),
    (communication.common_meeting_times, {"people": [IRIS, OTTO | {"free_slots": []}]}, "people"),
    (
        communication.common_meeting_times,
        {"people": [IRIS, OTTO | {"free_slots": [MORNING | {"end": "24:00"}]}]},
        "people",
    ),
    (
        communication.common_meeting_times,
        {"people": [IRIS, OTTO | {"free_slots": [MORNING | {"end": "09:00"}]}]},
        "people",
    ),
    (communication.common_meeting_times, {"people": [IRIS, OTTO], "meeting_minutes": 4}, "meeting_minutes"),
    (communication.spell_for_telephone, {"text": ""}, "text"),
    (communication.spell_for_telephone, {"text": "café"}, "text"),
    (communication.spell_for_telephone, {"text": "--"}, "text"),
    (communication.spell_for_telephone, {"text": "Smith", "alphabet": "klingon"}, "alphabet"),
    (communication.shorten_message, SHORTEN | {"message": ""}, "message"),
    (communication.shorten_message, SHORTEN | {"max_characters": 4}, "max_characters"),
    (communication.shorten_message, SHORTEN | {"cut_at": "line"}, "cut_at"),
    (communication.shorten_message, SHORTEN | {"ending": " more"}, "ending"),
    (communication.social_post_tags, {"post": " "}, "post"),
    (communication.social_post_tags, {"post": "#" * 5001}, "post"),
    (communication.mailing_label_lines, {"address": ADDRESS, "country": "moon"}, "country"),
    (communication.mailing_label_lines, {"address": ADDRESS | {"name": ""}, "country": "united_kingdom"}, "address"),
    (
        communication.mailing_label_lines,
        {"address": ADDRESS | {"street": "a\nb"}, "country": "united_kingdom"},
        "address",
    ),
    (
        communication.mailing_label_lines,
        {"address": ADDRESS | {"city": "x" * 61}, "country": "united_kingdom"},
        "address",
    ),
    (
        communication.mailing_label_lines,
        {"address": ADDRESS | {"region": "BA"}, "country": "united_kingdom"},
        "address",
    ),
    (communication.mailing_label_lines, {"address": ADDRESS, "country": "united_states"}, "address"),
    (communication.letter_greeting_and_closing, LETTER | {"recipient": RECIPIENT | {"title": "sir"}}, "recipient"),
    (
        communication.letter_greeting_and_closing,
        LETTER | {"recipient": RECIPIENT | {"last_name": "x" * 61}},
        "recipient",
    ),
    (
        communication.letter_greeting_and_closing,
        {"recipient": RECIPIENT | {"first_name": ""}, "formality": "casual"},
        "recipient",
    ),
    (communication.letter_greeting_and_closing, LETTER | {"formality": "rude"}, "formality"),
    (communication.letter_greeting_and_closing, LETTER | {"english": "pirate"}, "english"),
    (communication.contact_vcard, {"contact": CONTACT | {"first_name": "", "last_name": " "}}, "contact"),
    (communication.contact_vcard, {"contact": CONTACT | {"phone": "1\n2"}}, "contact"),
    (communication.contact_vcard, {"contact": CONTACT, "phone_type": "fax"}, "phone_type"),
    (communication.contact_vcard, {"contact": CONTACT, "version": "2.1"}, "version"),
    (communication.phone_calls_cost, CALLS | {"call_minutes": []}, "call_minutes"),
    (communication.phone_calls_cost, CALLS | {"call_minutes": [math.nan]}, "call_minutes"),
    (communication.phone_calls_cost, CALLS | {"tariff": TARIFF | {"price_per_minute": -1}}, "tariff"),
    (communication.phone_calls_cost, CALLS | {"tariff": TARIFF | {"connection_fee": 101}}, "tariff"),
    (communication.phone_calls_cost, CALLS | {"tariff": TARIFF | {"included_minutes": math.inf}}, "tariff"),
    (communication.phone_calls_cost, CALLS | {"rounding": "never"}, "rounding"),
]


def sms(encoding: str, used: int, segments: int) -> dict[str, object]:
    return {"encoding": encoding, "characters_used": used, "segments": segments, "messages_billed": segments}


KNOWN = [
    # The limits of 3GPP TS 23.040: 160 and 153 places in GSM-7, 70 and 67 in UCS-2.
    (communication.count_sms_segments, {"message": "a" * 160}, sms("GSM-7", 160, 1)),
    (communication.count_sms_segments, {"message": "a" * 161}, sms("GSM-7", 161, 2)),
    (communication.count_sms_segments, {"message": "a" * 307}, sms("GSM-7", 307, 3)),
    (communication.count_sms_segments, {"message": "[" * 77 + "a" * 152}, sms("GSM-7", 306, 3)),
    (communication.count_sms_segments, {"message": "ж" * 70}, sms("UCS-2", 70, 1)),
    (communication.count_sms_segments, {"message": "ж" * 135}, sms("UCS-2", 135, 3)),
    (communication.count_sms_segments, {"message": "é😀"}, sms("UCS-2", 3, 1)),
    # As Google's libphonenumber writes them.
    *(
        (communication.format_phone_number, {"number": number, "country": country, "style": style}, expected)
        for country, number, style, expected in (
            ("australia", "02 9374 4000", "national", "(02) 9374 4000"),
            ("australia", "(02) 9374 4000", "international", "+61 2 9374 4000"),
            ("canada", "1 613 993 0000", "international", "+1 613-993-0000"),
            ("denmark", "32123456", "international", "+45 32 12 34 56"),
            ("hong_kong", "21234567", "international", "+852 2123 4567"),
            ("norway", "0047 406 12 345", "national", "40 61 23 45"),
            ("portugal", "212345678", "international", "+351 21 234 5678"),
            ("portugal", "912345678", "international", "+351 912 345 678"),
            ("singapore", "81234567", "digits_only", "+6581234567"),
            ("spain", "+34 612345678", "national", "612 34 56 78"),
            ("switzerland", "0446681800", "international", "+41 44 668 18 00"),
            ("united_kingdom", "07400 123456", "international", "+44 7400 123456"),
            ("united_kingdom", "+441212345678", "national", "0121 234 5678"),
            ("united_states", "202-555-0187", "national", "(202) 555-0187"),
        )
    ),
    (
        communication.email_address_parts,
        {"address": "o'neil@A.example.COM"},
        {"user": "o'neil", "tag": "", "domain": "a.example.com", "top_level_domain": "com"},
    ),
    (communication.common_meeting_times, {"people": [IRIS, OTTO]}, [{"start": "10:00", "end": "12:00"}]),
    (
        communication.common_meeting_times,
        {"people": [IRIS, OTTO], "meeting_minutes": 120},
        [{"start": "10:00", "end": "12:00"}],
    ),
    (communication.common_meeting_times, {"people": [IRIS, OTTO], "meeting_minutes": 121}, []),
    (communication.spell_for_telephone, {"text": "ab-9"}, "Alfa Bravo / Nine"),
    (communication.spell_for_telephone, {"text": "Quiz", "alphabet": "police"}, "Queen Union Ida Zebra"),
    (communication.shorten_message, SHORTEN, "one two..."),
    (communication.shorten_message, SHORTEN | {"cut_at": "character", "ending": ""}, "one two thre"),
    (communication.shorten_message, {"message": "unbelievable", "max_characters": 8}, "unbel..."),
    (communication.shorten_message, SHORTEN | {"max_characters": 18}, "one two three four"),
    (
        communication.social_post_tags,
        {"post": "#Zeta #alpha #ZETA a@b.example @x. #42 https://a.example/#frag @X"},
        {"hashtags": ["Zeta", "alpha"], "mentions": ["x"], "links": ["https://a.example/#frag"]},
    ),
    (
        communication.mailing_label_lines,
        {"address": ADDRESS, "country": "united_kingdom", "sent_from_abroad": True},
        ["Ana Ruiz", "5 High Street", "BATH", "BA1 5AB", "UNITED KINGDOM"],
    ),
    *(
        (
            communication.mailing_label_lines,
            {"address": ADDRESS | parts, "country": country},
            ["Ana Ruiz", "5 High Street", last],
        )
        for country, parts, last in (
            ("australia", {"city": "Sydney", "region": "nsw", "postal_code": "2000"}, "SYDNEY NSW 2000"),
            ("france", {"city": "Paris", "postal_code": "75008"}, "75008 PARIS"),
            ("italy", {"city": "Roma", "region": "RM", "postal_code": "00184"}, "00184 ROMA RM"),
            ("netherlands", {"city": "Amsterdam", "postal_code": "1012 AB"}, "1012 AB  AMSTERDAM"),
        )
    ),
    (
        communication.letter_greeting_and_closing,
        LETTER | {"english": "british"},
        {"greeting": "Dear Mr Kral,", "closing": "Yours sincerely,"},
    ),
    (
        communication.letter_greeting_and_closing,
        LETTER | {"recipient": RECIPIENT | {"title": "none"}},
        {"greeting": "Dear Ivo Kral:", "closing": "Sincerely,"},
    ),
    (
        communication.letter_greeting_and_closing,
        LETTER | {"recipient": RECIPIENT | {"title": "professor"}},
        {"greeting": "Dear Professor Kral:", "closing": "Sincerely,"},
    ),
    (
        communication.letter_greeting_and_closing,
        LETTER | {"recipient": RECIPIENT | {"last_name": ""}},
        {"greeting": "Dear Sir or Madam:", "closing": "Sincerely,"},
    ),
    (
        communication.contact_vcard,
        {"contact": CONTACT, "phone_type": "home", "version": "3.0"},
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ana Ruiz\r\nN:Ruiz;Ana;;;\r\nORG:A\\; B\r\n"
        "TEL;TYPE=home:+34 612 34 56 78\r\nEND:VCARD\r\n",
    ),
    (
        communication.phone_calls_cost,
        CALLS,
        {"counted_minutes": 3.0, "charged_minutes": 3.0, "total_cost": 0.35},
    ),
    (
        communication.phone_calls_cost,
        CALLS | {"tariff": TARIFF | {"included_minutes": 10}, "rounding": "per_second"},
        {"counted_minutes": 2.5, "charged_minutes": 0.0, "total_cost": 0.05},
    ),
]


@pytest.mark.parametrize(("function", "arguments", "name"), WRONG)
def test_wrong_value_names_the_argument(function: Callable[..., object], arguments: dict[str, Any], name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}\\b"):
        function(**arguments)


@pytest.mark.parametrize(("function", "arguments", "expected"), KNOWN)
def test_known_value(function: Callable[..., object], arguments: dict[str, Any], expected: object) -> None:
    assert function(**arguments) == expected

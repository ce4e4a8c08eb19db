"""What the store accepts as JSON, as text and as a new interview."""

from datetime import UTC, datetime
from typing import Any

import pytest

from knowledge.records import NewInterview, from_json, storable_text, to_json


def new_interview(**changes: Any) -> NewInterview:
    fields: dict[str, Any] = {
        "flow_id": "short_demo",
        "title": "Short demo",
        "candidate_name": "Ada",
        "email": None,
        "plan": {},
        "token_sha256": bytes(32),
        "access_code_hmac": bytes(32),
        "expires_at": datetime(2030, 1, 1, tzinfo=UTC),
    }
    return NewInterview(**{**fields, **changes})


def test_json_keeps_what_postgres_can_store():
    payload = {"text": "na\u00efve \U0001f600", "words": [{"at_s": 0.1}], "none": None, "yes": True}

    assert from_json(to_json(payload)) == payload


def test_json_replaces_what_postgres_cannot_store_also_in_keys():
    assert from_json(to_json({"a\x00b": "c\ud800d", "list": ["\x00"]})) == {"a\ufffdb": "c\ufffdd", "list": ["\ufffd"]}


def test_json_makes_lists_of_tuples():
    assert from_json(to_json({"covered": ("a", "b")})) == {"covered": ["a", "b"]}


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_json_refuses_numbers_that_are_none(number: float):
    with pytest.raises(ValueError, match="JSON compliant"):
        to_json({"confidence": number})


def test_text_keeps_characters_outside_the_basic_plane():
    assert storable_text("\U0001f600 \ud83d") == "\U0001f600 \ufffd"


@pytest.mark.parametrize("field", ["token_sha256", "access_code_hmac"])
def test_a_hash_of_the_wrong_length_is_refused(field: str):
    with pytest.raises(ValueError, match=f"{field} must be 32 bytes"):
        new_interview(**{field: b"short"})


def test_an_expiry_without_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        new_interview(expires_at=datetime(2030, 1, 1))  # noqa: DTZ001

"""An address has a public part and a secret one, and the secret one is recognised and hidden."""

from __future__ import annotations

from datetime import timedelta

import pytest

from heard import addresses
from heard.addresses import AddressLock
from tests.unit.backend import NOON


def test_only_the_token_and_for_a_while_the_one_before_open_a_webhook() -> None:
    token, next_token = addresses.new_token(), addresses.new_token()
    lock = AddressLock(addresses.token_digest(token))
    assert lock.opens(token, NOON)
    assert not any(lock.opens(wrong, NOON) for wrong in ("", next_token, token[:-1], f"{token}a"))

    changed = lock.with_token(next_token, NOON + timedelta(hours=1))
    assert changed.opens(next_token, NOON)
    assert changed.opens(token, NOON + timedelta(minutes=59))
    assert not changed.opens(token, NOON + timedelta(hours=1))
    assert AddressLock.from_json(changed.to_json()) == changed
    assert token not in str(changed.to_json())


@pytest.mark.parametrize(
    "segment", ["", ".", "a.b", "con_1.", "con_1." + "a" * 33, "con_1/x", "é", "a" * 2049, "a b"]
)
def test_what_no_address_looks_like_is_not_looked_up(segment: str) -> None:
    assert addresses.split_segment(segment) is None


def test_an_address_is_split_and_hidden() -> None:
    id, token = addresses.new_connection_id(), addresses.new_token()
    address = addresses.with_token(f"https://api.example/hooks/{id}", token)
    assert addresses.split_segment(address.rpartition("/")[2]) == (id, token)
    assert addresses.split_segment("con_An-old_one") == ("con_An-old_one", "")
    assert addresses.hide_token(f"{address} is slow") == f"https://api.example/hooks/{id}.… is slow"
    assert addresses.name_for_logs(id) == id
    old = "con_gPhVIPhxuIaemQYqFUmXhszU4PZ9AL2T"
    assert old not in addresses.name_for_logs(old)
    assert addresses.name_for_logs(old) == addresses.name_for_logs(old)

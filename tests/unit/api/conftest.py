"""Fixtures of the API's unit tests."""

import pytest

from tests.unit.api import service
from tests.unit.api.client import Client


@pytest.fixture(scope="module")
def client() -> Client:
    return service.client()

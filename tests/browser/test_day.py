"""A scripted day in a real browser: agreed, touched, routed within a second, rejected, seen by campaign, won, its path shown."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.needs_system("chromium")]


def test_a_day_from_an_empty_folder_to_a_won_deal_and_its_path():
    from tests.browser.day import run

    run()

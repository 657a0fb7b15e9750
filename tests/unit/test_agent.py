"""What the regulator reads of the caller's browser."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patient_pwa.agent import describe

IOS = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
ANDROID = "Mozilla/5.0 (Linux; Android 14; SM-A546B) AppleWebKit/537.36 (KHTML, like Gecko)"
VIEW = f"{ANDROID.replace(')', '; wv)', 1)} Version/4.0 Chrome/137.0.0.0 Mobile Safari/537.36"


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (f"{IOS} Version/18.5 Mobile/15E148 Safari/604.1", "Safari 18, iOS"),
        (f"{IOS} EdgiOS/137.0.3296.60 Mobile/15E148 Safari/604.1", "Edge 137, iOS"),
        (f"{IOS} FxiOS/139.0 Mobile/15E148 Safari/605.1.15", "Firefox 139, iOS"),
        (f"{IOS} OPiOS/16.0.15.124050 Mobile/15E148 Safari/9537.53", "Opera Mini 16, iOS"),
        (f"{IOS} Mobile/15E148 [FBAN/FBIOS;FBAV/515.0.0.38.107;FBDV/iPhone15,2]", "Facebook (in-app), iOS"),
        (f"{IOS} Mobile/15E148 [FBAN/MessengerForiOS;FBAV/508.0.0.50.108]", "Messenger (in-app), iOS"),
        (f"{IOS} Mobile/15E148 Instagram 382.0.0.33.84 (iPhone15,2; iOS 18_5)", "Instagram (in-app), iOS"),
        (f"{IOS} Mobile/15E148 WhatsApp/2.25.16.81", "WhatsApp (in-app), iOS"),
        (f"{IOS} Mobile/15E148 musical_ly_39.8.0 BytedanceWebview/d8a21c6", "TikTok (in-app), iOS"),
        (
            f"{IOS} Version/18.5 Mobile/15E148 Snapchat/13.45.0.40 (like Safari/8621)",
            "Snapchat (in-app), iOS",
        ),
        (f"{IOS} Mobile/15E148 Safari Line/15.8.0", "LINE (in-app), iOS"),
        (f"{IOS} Mobile/15E148 Safari/605.1.15 Outlook-iOS/723.3.0", "Outlook (in-app), iOS"),
        (f"{IOS} GSA/372.0.768 Mobile/15E148 Safari/604.1", "Google (in-app), iOS"),
        (f"{IOS} Mobile/15E148 Gmail", "Gmail (in-app), iOS"),
        (f"{IOS} Mobile/15E148", "Application (in-app), iOS"),
        (f"{VIEW} [FB_IAB/FB4A;FBAV/517.0.0.43.77;]", "Facebook (in-app), Android"),
        (f"{VIEW} [FB_IAB/Orca-Android;FBAV/509.0.0.56.108;]", "Messenger (in-app), Android"),
        (f"{VIEW} Instagram 384.0.0.46.83 Android (34/14; 450dpi)", "Instagram (in-app), Android"),
        (f"{VIEW} Line/15.8.1/IAB", "LINE (in-app), Android"),
        (f"{VIEW} Outlook-Android/2.0", "Outlook (in-app), Android"),
        (VIEW, "Application (in-app), Android"),
        (f"{ANDROID} Chrome/137.0.0.0 Mobile Safari/537.36", "Chrome 137, Android"),
        (f"{ANDROID} Chrome/130.0.0.0 Mobile Safari/537.36 OPR/87.0.2254.70", "Opera 87, Android"),
        (
            "Opera/9.80 (Android; Opera Mini/36.2.2254/119.132; U; fr) Presto/2.12.423 Version/12.16",
            "Opera Mini 36, Android",
        ),
        (f"{ANDROID} Chrome/114.0 Mobile Safari/537.36 HuaweiBrowser/15.0.4", "Huawei Browser 15, Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.5 Safari/605.1.15", "Safari 18, macOS"),
    ],
)
def test_in_app_browsers_and_real_ones_are_told_apart(header: str, words: str) -> None:
    assert describe(header) == words


@given(header=st.text())
def test_any_header_becomes_a_few_words(header: str) -> None:
    assert len(describe(header)) <= 40

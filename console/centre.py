"""`/centre`: an administrator's pages for the settings of the own centre."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final, Literal, get_args

import msgspec
from babel import Locale
from msgspec.structs import replace
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from console import words
from console.pages import Pages
from console.phrases_centre import faults, functions, kept_classes
from console.words import describe
from signaling.auth import require
from signaling.domain.addresses import display
from signaling.domain.controls import GUIDANCE
from signaling.domain.erasing import CLASSES, days_of
from signaling.domain.errors import BadInput, BadPolicy, CarrierError, Throttled
from signaling.domain.invitation_text import LANGUAGES
from signaling.domain.policy import FRANCE, FUNCTIONS, Policy, Quotas, SecondFactor, policy_of
from signaling.service.centres import Centres

# Beside France: whose telephones are often there
NEIGHBOURS: Final = ("BE", "LU", "DE", "CH", "IT", "MC", "ES", "AD", "GB", "NL", "PT")

Edit = Callable[[Policy], Policy]


class CentrePages:
    """`keep_days`: KEEP_DAYS, which counts where the centre says nothing."""

    def __init__(self, centres: Centres, pages: Pages, keep_days: int) -> None:
        self._centres = centres
        self._pages = pages
        self._keep_days = keep_days

    def routes(self) -> list[Route]:
        entrance = require("administrator")
        return [
            Route("/centre", entrance(self.show), methods=["GET"]),
            Route("/centre/name", entrance(self.call), methods=["POST"]),
            Route("/centre/preview", entrance(self.preview), methods=["POST"]),
            Route("/centre/try", entrance(self.try_out), methods=["POST"]),
            *(Route(f"/centre/{part}", entrance(self._change(part)), methods=["POST"]) for part in PARTS),
        ]

    async def show(self, request: Request) -> Response:
        return await self._page(request, done=request.query_params.get("done", ""))

    async def call(self, request: Request) -> Response:
        async with request.form(max_files=0, max_fields=4) as form:
            name, phone = _text(form, "name"), _text(form, "phone")
        try:
            await self._centres.call(request.state.visitor, name, phone)
        except BadInput as error:
            field = error.field if isinstance(error, BadPolicy) else "name"
            return await self._page(request, wrong=("name", field), typed={"name": name, "phone": phone})
        return _done("name")

    async def preview(self, request: Request) -> Response:
        """`{"language", "text"}` -> the SMS as it would leave. 422 for anything else."""
        try:
            asked = msgspec.json.decode(await request.body(), type=_Asked)
        except msgspec.DecodeError as error:
            raise BadInput("not the JSON of a text") from error
        made = await self._centres.preview(request.state.visitor, asked.language, asked.text)
        return JSONResponse(msgspec.to_builtins(made))

    async def try_out(self, request: Request) -> Response:
        async with request.form(max_files=0, max_fields=4) as form:
            typed, language = _text(form, "address"), _text(form, "language")
        try:
            address = await self._centres.try_out(request.state.visitor, language, typed)
        except (BadInput, Throttled, CarrierError) as error:
            gettext = self._pages.gettext(self._pages.language(request))
            wrong = ("try", describe(error, gettext))
            return await self._page(request, wrong=wrong, typed={"try": typed}, language=language)
        return await self._page(request, done="try", typed={"sent": display(address)}, language=language)

    def _change(self, part: str) -> Callable[[Request], Any]:
        async def change(request: Request) -> Response:
            async with request.form(max_files=0, max_fields=100) as form:
                language = _text(form, "language")
                try:
                    edit = PARTS[part](form)
                except BadPolicy as error:
                    return await self._page(request, wrong=(part, error.field), language=language)
            try:
                await self._centres.change(request.state.visitor, part, edit)
            except BadPolicy as error:
                return await self._page(request, wrong=(part, error.field), edit=edit, language=language)
            return _done(part, language)

        return change

    async def _page(
        self,
        request: Request,
        *,
        done: str = "",
        wrong: tuple[str, str] = ("", ""),
        edit: Edit | None = None,
        typed: Mapping[str, str] | None = None,
        language: str = "",
    ) -> Response:
        """`wrong`: a part, and the field or the sentence that tells why. What was typed stays on the page."""
        centre = await self._centres.own(request.state.visitor)
        policy = policy_of(centre) if edit is None else edit(policy_of(centre))
        own = self._pages.language(request)
        gettext = self._pages.gettext(own)
        of_texts = language or request.query_params.get("language", "")
        part, why = wrong
        return self._pages.page(
            request,
            "centre_settings.html",
            HTTPStatus.UNPROCESSABLE_ENTITY if part else HTTPStatus.OK,
            centre=centre,
            policy=policy,
            typed=typed or {},
            done=done,
            wrong=part,
            error=faults(gettext).get(why, why),
            texts_language=of_texts if of_texts in LANGUAGES else "fr",
            texts_languages={code: Locale.parse(code).get_display_name(own) for code in LANGUAGES},
            regions=_regions(policy, own),
            further=" ".join(one for one in policy.destinations if one not in (*FRANCE, *NEIGHBOURS)),
            classes=kept_classes(gettext),
            days=days_of(Policy(), self._keep_days),
            functions=functions(gettext),
            phrases=words.guidance(gettext),
        )


class _Asked(msgspec.Struct, frozen=True):
    language: str
    text: str


def _regions(policy: Policy, language: str) -> list[tuple[str, str, bool]]:
    """(ISO 3166 code, name, whether SMS may go there)."""
    names = Locale.parse(language).territories
    return [(code, names.get(code, code), code in policy.destinations) for code in (*FRANCE, *NEIGHBOURS)]


def _done(part: str, language: str = "") -> Response:
    of_texts = f"&language={language}" if language in LANGUAGES else ""
    return RedirectResponse(f"/centre?done={part}{of_texts}#{part}", HTTPStatus.SEE_OTHER)


# ---------------------------------------------------------------- what each form says
def _text(form: FormData, name: str) -> str:
    """As typed, with the line ends that a text has."""
    return str(form.get(name, "")).replace("\r\n", "\n").strip()


def _number(form: FormData, name: str, field: str) -> int:
    """Raises BadPolicy."""
    text = _text(form, name)
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise BadPolicy(field)
    return int(text)


def _chosen(form: FormData, name: str) -> set[str]:
    return {str(one) for one in form.getlist(name)}


def _sender(form: FormData) -> Edit:
    sender = _text(form, "sender")
    return lambda policy: replace(policy, sender=sender)


def _texts(form: FormData) -> Edit:
    language, sms, mail = _text(form, "language"), _text(form, "sms"), _text(form, "mail")

    def edit(policy: Policy) -> Policy:
        return replace(
            policy,
            sms_texts=_with(policy.sms_texts, language, sms),
            mail_texts=_with(policy.mail_texts, language, mail),
        )

    return edit


def _with(texts: Mapping[str, str], language: str, text: str) -> dict[str, str]:
    others = {code: known for code, known in texts.items() if code != language}
    return {**others, language: text} if text else others


def _destinations(form: FormData) -> Edit:
    ticked = _chosen(form, "region")
    further = _text(form, "further").replace(",", " ").upper().split()
    wanted = (*(code for code in (*FRANCE, *NEIGHBOURS) if code in ticked), *dict.fromkeys(further))
    return lambda policy: replace(policy, destinations=wanted)


def _quotas(form: FormData) -> Edit:
    names = [field.name for field in msgspec.structs.fields(Quotas)]
    quotas = Quotas(**{name: _number(form, name, "quotas") for name in names})
    return lambda policy: replace(policy, quotas=quotas)


def _keep(form: FormData) -> Edit:
    typed = [one for one in CLASSES if _text(form, one)]
    days = {one: _number(form, one, "keep_days") for one in typed}
    return lambda policy: replace(policy, keep_days=days)


def _security(form: FormData) -> Edit:
    wanted: SecondFactor = next(
        (one for one in get_args(SecondFactor) if one == _text(form, "second_factor")), "none"
    )
    by_code = bool(_text(form, "code"))
    return lambda policy: replace(policy, second_factor=wanted, code_by_sms_or_mail=by_code)


def _history(form: FormData) -> Edit:
    whose: Literal["centre", "own"] = "own" if _text(form, "history") == "own" else "centre"
    clear, recording = bool(_text(form, "clear")), bool(_text(form, "recording"))
    return lambda policy: replace(policy, history=whose, numbers_in_clear=clear, recording=recording)


def _functions(form: FormData) -> Edit:
    ticked = _chosen(form, "function")
    off = tuple(one for one in FUNCTIONS if one not in ticked)
    return lambda policy: replace(policy, off=off)


def _phrases(form: FormData) -> Edit:
    places = {one: _number(form, one, "phrases") for one in GUIDANCE if _text(form, one)}
    order = tuple(sorted(places, key=lambda one: (places[one], GUIDANCE.index(one))))
    return lambda policy: replace(policy, phrases=order)


def _map(form: FormData) -> Edit:
    tiles, attribution = _text(form, "tiles"), _text(form, "attribution")
    return lambda policy: replace(policy, map_tiles=tiles, map_attribution=attribution)


PARTS: Final[dict[str, Callable[[FormData], Edit]]] = {
    "sender": _sender,
    "texts": _texts,
    "destinations": _destinations,
    "quotas": _quotas,
    "keep": _keep,
    "security": _security,
    "history": _history,
    "functions": _functions,
    "phrases": _phrases,
    "map": _map,
}

"""What letters say in each language, and how a letter becomes a message (spec N1, V8).

Every language has every letter, with the same variables; words in `$` are filled in. A blank line ends a paragraph.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from string import Template

from attrs import frozen

from exshare_core.errors import InvalidValue
from exshare_core.letters import ENGLISH, Letter, LetterKind, Message, header_text


@frozen(slots=True)
class LetterText:
    """One letter in one language: templates of its subject and of its text."""

    subject: str
    text: str


_ENGLISH: Mapping[LetterKind, LetterText] = {
    LetterKind.CODE: LetterText(
        "Your code: $code",
        "Your code to open the shared page is\n\n    $code\n\n"
        "Type it into the page that asked for it. It is good for 10 minutes.\n\n"
        "If you did not ask for a code, you need not do anything.\n",
    ),
    LetterKind.ACCOUNT_CODE: LetterText(
        "Your code: $code",
        "Your code to show that this mailbox is yours is\n\n    $code\n\n"
        "Type it into the page that asked for it. It is good for 10 minutes.\n\n"
        "If you did not ask for a code, you need not do anything.\n",
    ),
    LetterKind.PASSWORD_CHANGED: LetterText(
        "Your password was changed",
        "The password of your account for shared pages was changed just now. Wherever you were signed in with the old "
        "one, you are signed out.\n\n"
        "If that was not you, choose a new password at once:\n\n$link\n",
    ),
    LetterKind.ADDRESS_CHANGED: LetterText(
        "Your account has another mail address now",
        "Your account for shared pages was given another mail address just now. From now on you sign in with that "
        "one, and nothing more about the account is sent to this mailbox.\n\n"
        "If that was not you, tell the person who shares pages with you.\n",
    ),
    LetterKind.ACCOUNT_DELETED: LetterText(
        "Your account was deleted",
        "Your account for shared pages was deleted just now, with everything that was stored of it.\n\n"
        "If that was not you, tell the person who shares pages with you.\n",
    ),
    LetterKind.INVITATION: LetterText(
        "$sender shared a page with you",
        "$sender shared a page with you:\n\n$link\n\n$note\n",
    ),
    LetterKind.GUESSING: LetterText(
        "Somebody is guessing at one of your links",
        "Somebody has brought $failures wrong passwords or codes in a row to your link $link, and goes on.\n\n"
        "You need not do anything: each further try has to wait longer. If you like, give the link a new address or a "
        "longer password, or switch it off. You find it among your links.\n\n"
        "You get this notice once a day at most for each link.\n",
    ),
}

_GERMAN: Mapping[LetterKind, LetterText] = {
    LetterKind.CODE: LetterText(
        "Ihr Code: $code",
        "Ihr Code zum Öffnen der geteilten Seite lautet\n\n    $code\n\n"
        "Geben Sie ihn auf der Seite ein, die danach gefragt hat. Er gilt 10 Minuten.\n\n"
        "Wenn Sie keinen Code angefordert haben, brauchen Sie nichts zu tun.\n",
    ),
    LetterKind.ACCOUNT_CODE: LetterText(
        "Ihr Code: $code",
        "Ihr Code, mit dem Sie zeigen, dass dieses Postfach Ihres ist, lautet\n\n    $code\n\n"
        "Geben Sie ihn auf der Seite ein, die danach gefragt hat. Er gilt 10 Minuten.\n\n"
        "Wenn Sie keinen Code angefordert haben, brauchen Sie nichts zu tun.\n",
    ),
    LetterKind.PASSWORD_CHANGED: LetterText(
        "Ihr Passwort wurde geändert",
        "Das Passwort Ihres Kontos für geteilte Seiten wurde gerade geändert. Wo Sie noch mit dem alten angemeldet waren, "
        "sind Sie jetzt abgemeldet.\n\n"
        "Wenn Sie das nicht waren, wählen Sie sofort ein neues Passwort:\n\n$link\n",
    ),
    LetterKind.ADDRESS_CHANGED: LetterText(
        "Ihr Konto hat jetzt eine andere E-Mail-Adresse",
        "Ihr Konto für geteilte Seiten hat gerade eine andere E-Mail-Adresse bekommen. Von jetzt an melden Sie sich mit "
        "dieser an, und an dieses Postfach geht nichts mehr, was das Konto betrifft.\n\n"
        "Wenn Sie das nicht waren, sagen Sie es der Person, die Seiten mit Ihnen teilt.\n",
    ),
    LetterKind.ACCOUNT_DELETED: LetterText(
        "Ihr Konto wurde gelöscht",
        "Ihr Konto für geteilte Seiten wurde gerade gelöscht, mit allem, was davon gespeichert war.\n\n"
        "Wenn Sie das nicht waren, sagen Sie es der Person, die Seiten mit Ihnen teilt.\n",
    ),
    LetterKind.INVITATION: LetterText(
        "$sender hat eine Seite mit Ihnen geteilt",
        "$sender hat eine Seite mit Ihnen geteilt:\n\n$link\n\n$note\n",
    ),
    LetterKind.GUESSING: LetterText(
        "Jemand versucht, einen Ihrer Links zu erraten",
        "An Ihrem Link $link wurden hintereinander falsche Passwörter oder Codes versucht, bisher $failures, und "
        "es geht weiter.\n\n"
        "Sie brauchen nichts zu tun: Jeder weitere Versuch muss länger warten. Wenn Sie möchten, geben Sie dem Link eine "
        "neue Adresse oder ein längeres Passwort, oder schalten Sie ihn ab. Sie finden ihn unter Ihren Links.\n\n"
        "Diese Nachricht bekommen Sie für jeden Link höchstens einmal am Tag.\n",
    ),
}

_POLISH: Mapping[LetterKind, LetterText] = {
    LetterKind.CODE: LetterText(
        "Twój kod: $code",
        "Twój kod do otwarcia udostępnionej strony to\n\n    $code\n\n"
        "Wpisz go na stronie, która o niego poprosiła. Jest ważny przez 10 minut.\n\n"
        "Jeśli ta prośba o kod nie pochodzi od Ciebie, nie musisz nic robić.\n",
    ),
    LetterKind.ACCOUNT_CODE: LetterText(
        "Twój kod: $code",
        "Twój kod, który potwierdza, że ta skrzynka należy do Ciebie, to\n\n    $code\n\n"
        "Wpisz go na stronie, która o niego poprosiła. Jest ważny przez 10 minut.\n\n"
        "Jeśli ta prośba o kod nie pochodzi od Ciebie, nie musisz nic robić.\n",
    ),
    LetterKind.PASSWORD_CHANGED: LetterText(
        "Twoje hasło zostało zmienione",
        "Hasło Twojego konta do udostępnionych stron zostało właśnie zmienione. Wszędzie, gdzie używano starego hasła, "
        "nastąpiło wylogowanie.\n\n"
        "Jeśli ta zmiana nie pochodzi od Ciebie, od razu ustaw nowe hasło:\n\n$link\n",
    ),
    LetterKind.ADDRESS_CHANGED: LetterText(
        "Twoje konto ma teraz inny adres e-mail",
        "Twoje konto do udostępnionych stron otrzymało właśnie inny adres e-mail. Od teraz logujesz się tym nowym adresem, "
        "a na tę skrzynkę nie przyjdzie już nic, co dotyczy konta.\n\n"
        "Jeśli ta zmiana nie pochodzi od Ciebie, powiadom osobę, która udostępnia Ci strony.\n",
    ),
    LetterKind.ACCOUNT_DELETED: LetterText(
        "Twoje konto zostało usunięte",
        "Twoje konto do udostępnionych stron zostało właśnie usunięte razem ze wszystkim, co było o nim zapisane.\n\n"
        "Jeśli to polecenie nie pochodzi od Ciebie, powiadom osobę, która udostępnia Ci strony.\n",
    ),
    LetterKind.INVITATION: LetterText(
        "$sender udostępnia Ci stronę",
        "$sender udostępnia Ci stronę:\n\n$link\n\n$note\n",
    ),
    LetterKind.GUESSING: LetterText(
        "Ktoś próbuje odgadnąć dostęp do jednego z Twoich linków",
        "Przy Twoim linku $link ktoś podaje jedno po drugim błędne hasła lub kody, dotąd $failures, i próbuje "
        "dalej.\n\n"
        "Nie musisz nic robić: każda kolejna próba musi czekać dłużej. Możesz też nadać linkowi nowy adres lub dłuższe "
        "hasło albo go wyłączyć. Znajdziesz go wśród swoich linków.\n\n"
        "Tę wiadomość wysyłamy najwyżej raz dziennie dla każdego linku.\n",
    ),
}

TEXTS: Mapping[str, Mapping[LetterKind, LetterText]] = {ENGLISH: _ENGLISH, "de": _GERMAN, "pl": _POLISH}
"""All letters, by the code of the language and by what they are."""


def render(letter: Letter) -> Message:
    """The letter as a message in its language; English where there is no such language.

    Raises InvalidValue when a variable is missing or would break a header. The subject is checked by `header_text`; the
    HTML part is the text with every character escaped, and says its language to those who hear it (WCAG 3.1.1).
    """
    language = letter.language if letter.language in TEXTS else ENGLISH
    form = TEXTS[language][letter.kind]
    try:
        subject = Template(form.subject).substitute(letter.variables)
        text = Template(form.text).substitute(letter.variables)
    except (KeyError, ValueError) as error:
        raise InvalidValue("letter", f"a variable of the {letter.kind.value} letter is missing") from error
    paragraphs = "".join(f"<p>{_linked(paragraph)}</p>" for paragraph in text.strip().split("\n\n"))
    html = f'<div lang="{language}">{paragraphs}</div>'
    return Message(letter.id, letter.site, letter.recipient, header_text("subject", subject), f"{text.strip()}\n", html)


def _linked(paragraph: str) -> str:
    words = paragraph.strip()
    if words.startswith(("https://", "http://")) and len(words.split()) == 1:
        return f'<a href="{escape(words)}">{escape(words)}</a>'
    return escape(words).replace("\n", "<br>")

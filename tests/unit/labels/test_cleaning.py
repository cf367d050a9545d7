"""What is left of a raw message, and which messages are left out.

Over 250 lines: most of it is a table of raw messages and what is left of each.
"""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomintent.labels.cleaning import TEXT_CHARS, clean, first_customer_message
from ecomintent.labels.exclusion import REASONS, reason_to_leave_out
from ecomintent.tickets import Message

ASKED = "Hello,\n\nmy parcel is three days late. Where is it?"

PIECES = st.sampled_from(
    [
        "Kind regards", "Jane", "--", "> old", "> 5 days", "On 5 May 2026 at 10:12, Shop <a@b.example> wrote:",
        "Thanks,",
        "-----Original Message-----", "From: Shop <a@b.example>", "Sent: Monday", "Subject: parcel", "", " ", "\u200b",
        "Sent from my iPhone", "This e-mail is confidential and privileged.", "where is my order", "_____", "Le 5 mai",
    ]
)  # fmt: skip
MAILS = st.lists(PIECES, max_size=25).map("\n".join)
WORDS = ("where", "is", "the", "parcel", "I", "ordered", "5512", "on", "Monday?", "blue,", "£20", "naïve")
TAGS = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<div hidden>",
        "</div>",
        "<br>",
        "<blockquote>",
        "</b",
        "<!--",
        "-->",
        "<style>",
        "</style>",
        "<a b='",
    ]
)
PAGES = st.lists(st.one_of(TAGS, PIECES, st.text(max_size=8)), max_size=25).map("".join)
BYTES = st.binary(max_size=200).map(lambda raw: raw.decode("utf-8", errors="surrogateescape"))
ANYTHING = st.one_of(st.text(), BYTES, MAILS, PAGES)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Where is <b>my</b> order?</p><p>Jo</p>", "Where is my order?\n\nJo"),
        ("one<br>two<br/><br>three", "one\ntwo\n\nthree"),
        ("<div>one</div><div><br></div><div>two</div>", "one\n\ntwo"),
        ("<p>source\nlines   are\tspaces</p>", "source lines are spaces"),
        ("<pre>kept\nlines</pre>", "kept\nlines"),
        ("<ul><li>red shirt</li><li>blue shirt</li></ul>", "red shirt\nblue shirt"),
        ("<table><tr><td>Size</td><td>M</td></tr><tr><td>Order</td><td>77</td></tr></table>", "Size M\nOrder 77"),
        ("5&nbsp;&lt;&nbsp;7 &amp; caf&eacute; &#128230;", "5 < 7 & caf\u00e9 \U0001f4e6"),
        ("&lt;b&gt; is a tag<br>", "<b> is a tag"),
        ("<head><title>t</title><style>p{}</style></head><p>seen</p><script>alert('<p>')</script>", "seen"),
        ("<div style='display: none'>preview</div><p hidden>no</p><p>seen</p>", "seen"),
        ("<span style='display:none'>all that there is</span>", "all that there is"),
        ("<!-- note --><![if !mso]>seen<![endif]>", "seen"),
        ("<p>unclosed <b>tags <i>everywhere <p>still", "unclosed tags everywhere\n\nstill"),
        ("flagged as HTML &amp; is not\nsecond line", "flagged as HTML & is not\nsecond line"),
        ("smaller < bigger<br>", "smaller < bigger"),
        ("<p>mine</p><blockquote type='cite'><div>theirs</div><p>and more</p></blockquote>", "mine"),
        ("<blockquote><p>all there is</p></blockquote>", "> all there is"),
        ("<blockquote style='margin:0 0 0 40px; border: none'>moved in</blockquote>", "moved in"),
        (
            "<div>mine</div><div class='gmail_quote'>On 5 May 2026 at 10:12, Shop &lt;<a href='x'>help@shop.example"
            "</a>&gt; wrote:<br><blockquote class='gmail_quote'>theirs</blockquote></div>",
            "mine",
        ),
        (
            "<p>mine</p><div><b>From:</b> Shop<br><b>Sent:</b> May 5<br><b>To:</b> J<br></div>theirs",
            "mine",
        ),
        ("", ""),
        ("<br>", ""),
    ],
)
def test_html_becomes_the_text_that_a_person_sees(html, text):
    assert clean(html, is_html=True) == text


@pytest.mark.parametrize(
    "text", ["a <b> c", "size < 40 and > 36?", "<div>is what the page shows</div>", "I <3 it &amp; you"]
)
def test_plain_text_is_not_taken_for_html(text):
    assert clean(text, is_html=False) == text


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 400_000 + "deep",
        "<p>" + "".join(f"<font a={n}>" for n in range(5_000)) + "</p>" + "<p>x</p>" * 5_000,
        "<a" * 1_000_000,
        "<!--" * 500_000,
        "<p>text</p>" * 900_000,
        "<img src='data:" + "A" * 10_000_000 + "'>text",
    ],
    ids=["nested", "reopened", "unclosed", "comments", "long", "picture"],
)
@pytest.mark.timeout(20)
def test_broken_nested_and_huge_html_ends_soon(html):
    assert len(clean(html, is_html=True)) <= TEXT_CHARS


@pytest.mark.parametrize(
    "text",
    [
        "x\n--\n" * 100_000,
        "e" + "\u0301\u0323" * 200_000,
        "This message\n" * 100_000,
        "Thanks,\nJo\n" * 100_000,
        "On 1:1 a@" * 99_999,
    ],
    ids=["dashes", "accents", "notices", "thanks", "intros"],
)
@pytest.mark.timeout(20)
def test_text_made_to_be_slow_ends_soon(text):
    assert len(clean(text, is_html=False)) <= TEXT_CHARS


@pytest.mark.parametrize(
    "quoted",
    [
        "On Tue, 5 May 2026 at 10:12, Shop Support <help@shop.example> wrote:\n> We sent it.\n> Bye",
        "On Tue, 5 May 2026 at 10:12, Shop Support\n<help@shop.example>\nwrote:\n\n> We sent it.",
        "On 5 May 2026, at 10:12, Shop wrote:\n\nWe sent it.",
        "Shop Support <help@shop.example> wrote:\nWe sent it.",
        "Am 05.05.2026 um 10:12 schrieb Laden <hilfe@laden.example>:\n> Verschickt.",
        "Am Di., 5. Mai 2026 um 10:12 Uhr schrieb Laden <\nhilfe@laden.example>:\n\n> Verschickt.",
        "Le mar. 5 mai 2026 à 10:12, Boutique <aide@boutique.example> a écrit :\n> Parti.",
        "El mar, 5 may 2026 a las 10:12, Tienda (<ayuda@tienda.example>) escribió:\n> Enviado.",
        "> We sent it.\n>> My first question",
        "-----Original Message-----\nFrom: Shop\nWe sent it.",
        "---------- Forwarded message ---------\nFrom: Shop\nWe sent it.",
        "-----Ursprüngliche Nachricht-----\nVon: Laden",
        "-----Message d'origine-----\nDe : Boutique",
        "-----Mensaje original-----\nDe: Tienda",
        "________________________________\nFrom: Shop <help@shop.example>\n"
        "Sent: Tuesday, 5 May 2026\nTo: Jo\nSubject: Re: parcel\n\nWe sent it.",
        "*From:* Shop\n*Date:* Tuesday\n*Subject:* parcel\n\nWe sent it.",
        "Von: Laden\nGesendet: Dienstag, 5. Mai 2026\nAn: Jo\nBetreff: Paket\n\nVerschickt.",
        "De : Boutique\nEnvoyé : mardi 5 mai 2026\nÀ : Jo\nObjet : colis\n\nParti.",
        "De: Tienda\nEnviado: martes 5 de mayo\nPara: Jo\nAsunto: paquete\n\nEnviado.",
        "##- Please type your reply above this line -##\nYour request was updated.",
    ],
)
def test_a_quoted_reply_is_taken_off(quoted):
    assert clean(f"{ASKED}\n\n{quoted}", is_html=False) == ASKED


def test_an_answer_below_the_quotation_stays():
    intro = "On 5 May 2026 at 10:12, Shop <help@shop.example> wrote:"
    body = f"{intro}\n> Which size?\n\nMedium, please.\n> Which colour?\nRed."

    assert clean(body, is_html=False) == "Medium, please.\nRed."


@pytest.mark.parametrize(
    "text",
    [
        "I was promised a date.\nOn Monday your colleague wrote:\nit comes on Friday\nIt did not.",
        "It took\n> 5 days\nto answer.",
        "The parcel went the wrong way.\nFrom: Leeds\nTo: Bath\nPlease send it back.",
        "My order has faults:\n- red shirt is torn\n- blue shirt is missing\nPlease send new ones.",
        "Hi,\nThanks, I got the parcel, but it is the wrong size.\nCan you exchange it?",
        "Hello\nBest, I think, would be my money back.\nOrder 5512.",
        "Thanks\ncan you tell me when it comes",
        "Thank you,\nOrder 5512\nJo",
        "Kind regards\nJo\nPS: the order number is 5512",
        "First item is torn\n--\nSecond item never came, order 5512",
        "The money was\nsent from my bank account on Tuesday\nand never came.",
        "This message is about my order.\nIt is confidential, I hope.",
    ],
)
def test_what_only_looks_like_a_quotation_or_signature_stays(text):
    assert clean(text, is_html=False) == text


@pytest.mark.parametrize(
    "below",
    [
        "-- \nJo Miller\nPurchasing",
        "Sent from my iPhone",
        "Sent from Yahoo Mail on Android",
        "Get Outlook for iOS",
        "Sent from Outlook for iOS<https://aka.example/x>",
        "Von meinem iPhone gesendet",
        "Gesendet mit der GMX Mail App",
        "Envoyé de mon iPhone",
        "Enviado desde mi iPhone",
        "Kind regards\nJo Miller",
        "Best regards,\n\nJo Miller\nHead of Purchasing\nTel: +44 20 7946 0000 | www.miller.example",
        "Thanks,\nJo",
        "Many thanks and kind regards\nJo",
        "Yours sincerely,\nJo Miller\n\nSent from my Samsung Galaxy smartphone",
        "Mit freundlichen Grüßen\nJo Müller",
        "Cordialement,\nJo",
        "Un saludo,\nJo",
        "Regards\nJo\n\nThis e-mail and any attachments are confidential and intended only for the addressee. "
        "If you have received this e-mail in error, please delete it.",
        "CONFIDENTIALITY NOTICE: This message may hold privileged matter.\nUnauthorised use is not allowed.",
        "Diese E-Mail enthält vertrauliche und rechtlich geschützte Informationen.",
        "Ce message est confidentiel. Si vous n'êtes pas le destinataire, effacez-le.",
        "Este mensaje es confidencial y va dirigido a su destinatario.",
        "Please consider the environment before printing this e-mail.",
    ],
)
def test_a_signature_and_a_legal_notice_are_taken_off(below):
    assert clean(f"{ASKED}\n\n{below}", is_html=False) == ASKED


@pytest.mark.parametrize(
    "body",
    ["> where is my order", "Sent from my iPhone", "Kind regards\nJo", "-----Original Message-----\nSee below, please"],
)
def test_what_is_all_there_is_stays(body):
    assert clean(body, is_html=False) == body


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (" a\t b \r\n\r\n\r\n\r\nc\u2028d ", "a b\n\nc\nd"),
        ("o\u200br\u202ed\u00ade\u2066r\ufeff", "order"),
        ("cafe\u0301\x00\x07", "caf\u00e9"),
        ("a\u00a0\u3000b", "a b"),
        ("half \ud83d a pair", "half a pair"),
    ],
)
def test_whitespace_and_invisible_characters_are_put_right(body, text):
    assert clean(body, is_html=False) == text
    assert clean(f"<p>{body}</p>", is_html=True).split() == text.split()


def test_a_long_text_is_cut_at_a_word():
    assert clean("seven77 " * 600, is_html=False) == ("seven77 " * 500).strip()
    assert clean("x" * 5_000, is_html=False) == "x" * TEXT_CHARS


@given(ANYTHING, st.booleans())
@settings(max_examples=300, deadline=None)
def test_any_body_is_cleaned_and_cleaning_it_again_changes_nothing(body, is_html):
    text = clean(body, is_html=is_html)

    assert clean(text, is_html=False) == text
    assert len(text) <= TEXT_CHARS
    assert not [c for c in text if c != "\n" and unicodedata.category(c) in {"Cc", "Cf", "Cs"}]
    assert unicodedata.is_normalized("NFC", text)
    assert reason_to_leave_out(text) in ("", *REASONS)


@given(
    st.lists(
        st.lists(st.sampled_from(WORDS), min_size=1),
        max_size=6,
    ),
    st.sampled_from([" ", "  ", "\t"]),
)
def test_a_plain_ticket_is_unchanged_but_for_whitespace(lines, blank):
    body = "\n".join(blank.join(words) for words in lines)

    assert clean(body, is_html=False).split() == body.split()


def message(body, created_at, *, author="customer", public=True, is_html=False):
    return Message(author=author, body=body, is_html=is_html, created_at=created_at, public=public)


def test_the_earliest_public_message_of_the_customer_with_text_is_found():
    late = message("where is it", "2026-05-05T10:00:00+00:00")
    wanted = message("<p>it is late</p>", "2026-05-04T10:00:00+00:00", is_html=True)
    messages = [
        late,
        message("no time", ""),
        wanted,
        message("<p>&nbsp;</p>", "2026-05-03T10:00:00+00:00", is_html=True),
        message("a note", "2026-05-02T10:00:00+00:00", public=False),
        message("how may we help", "2026-05-01T10:00:00+00:00", author="agent"),
        message("welcome", "2026-05-01T09:00:00+00:00", author="bot"),
    ]

    assert first_customer_message(messages) is wanted
    assert first_customer_message(messages[3:]) is None


@pytest.mark.parametrize("text", ["", "\n", "...", "?!", "\U0001f600"])
def test_a_text_without_a_letter_or_number_is_empty(text):
    assert reason_to_leave_out(text) == "empty"


@pytest.mark.parametrize(
    "text",
    [
        "Automatic reply: Your order\nI am away.",
        "Out of Office: back on Monday",
        "Hello, I am currently out of the office with limited access to my mail.",
        "I'm on annual leave. If it is urgent, call Sam.",
        "This is an automated response. We have your request.",
        "Hello\nPlease do not reply to this e-mail.",
        "Undeliverable: your parcel",
        "Delivery has failed to these recipients or groups:\nsam@shop.example",
        "Mail delivery failed: returning message to sender",
        "Your message to sam@shop.example couldn't be delivered.",
        "Delivery Status Notification (Failure)",
        "Dear customer\n\nThank you for contacting Miller Ltd. We have received your request and will answer soon.",
        "Automatische Antwort: Ihre Bestellung",
        "Réponse automatique : commande",
    ],
)
def test_a_machines_answer_is_left_out(text):
    assert reason_to_leave_out(text) == "auto_reply"


@pytest.mark.parametrize(
    "text",
    [
        "Delivery failed again, the driver said nobody was home",
        "I only ever get an automatic reply from you. Where is my money?",
        "I am out of the office until Friday, can you deliver when I return?",
        "Your mail says do not reply to this email, so how do I reach you",
        "Thank you for your email but the shirt has still not come",
        "The parcel was returned as undeliverable, please send it again",
        "refund",
        "Wo ist es",
        "wismo #5512",
        "pls cancel my ordr asap thx",
        "jeans pantalon taille 40, wrong size, want to swap it",
    ],
)
def test_a_ticket_stays(text):
    assert reason_to_leave_out(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "Wo bleibt meine Bestellung? Sie sollte schon am Montag kommen.",
        "Je voudrais retourner cette robe, elle est trop petite pour moi.",
        "Quiero devolver el vestido porque no me queda nada bien.",
        "Waar blijft mijn bestelling? Die zou maandag al komen.",
        "Где мой заказ? Обещали доставить в понедельник.",
        "我的订单在哪里？应该星期一到的。",
    ],
)
def test_another_language_is_left_out(text):
    assert reason_to_leave_out(text) == "not_english"

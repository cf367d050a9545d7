"""A second set of forms, written when the patterns were done.

What the patterns made of them at first sight stands in docs/decisions/0009-redaction.md.
"""

from typing import Final

from tests.bench.planted_values import Value, card, formed, iban, india, mailed, uk, us

LATER: Final[dict[str, list[Value]]] = {
    "EMAIL": [mailed(form) for form in (
        "{f}.{l}.{n}@{h}", "e-mail:{f}@{h}", "{f}.{l}@ {h}", "{f}{n} AT {d} DOT {e}", "{f}@{d} . {e}",
        "{f}.{l}@{d}..{e}",
        "{f}_at_{d}.{e}", "{f}@{h};{l}@{h}", "\"{f} {l}\" <{f}_{l}@{h}>", "{f}@{h}/{l}{n}@{h}", "{f}@{d}{e}",
        "{f}.{l} (@) {h}",
    )],
    "PHONE": [formed(form) for form in (
        "!0!0!4!4 (!0)!7!7!0!0 !9!0!0999", "!0!7!7!0!0.!9!0!0.999", "+!4!4-!7!7!0!0-!9!0!0999",
        "(!0!2!0) !7!9!4!6 !0999", "!0!2!0!7!9!4!6!0999",
        "!0 !7!7!0!0 !9!0!0 999", "o!7!7!0!0 !9!0!0999", "+!1.!4!1!5.!5!5!5.!0!199", "!1(!4!1!5)!5!5!5-!0!199",
        "!4!1!5 !5!5!5-!0!199",
        "!4!1!5!5!5!5!0!199", "+!9!1 !9!0!0 !0!0!0 9999", "+!9!1!9!0!0!0!0 99999", "!9!1-!9!0!0!0!099999",
        "!9!0!0!0!0-99999", "tel:+!4!4!2!0!7!9!4!6!0999",
        "!0!7!7!0!0 / !9!0!0999", "+!4!9(!0)!3!0 !2!3!1!2!5999", "+!3!3(!0)!1!9!9!0!09999", "!0!4!9!1 !5!7!0 999",
        "!7!7!0!0!9!0!0999",
        "!0!7!7-!0!0!9-!0!0999", "!0!7!7!0!0!9!0!0999/!0!2!0!7!9!4!6!0999", "+!1 !2!0!2 !5!5!5 !0!199 ext 99",
        "(!9!0!0!0!0)99999",
    )],
    "CARD": [card(prefix, length, groups, between) for prefix, length, groups, between in (
        ("411111", 16, (4, 8), " "), ("411111", 16, (4, 4, 4), "/"), ("411111", 16, (4, 4, 4), "_"),
        ("411111", 16, (4, 4, 4), "\n"),
        ("378282", 15, (4, 4, 4), " "), ("222300", 16, (), ""), ("555555", 16, (6,), "-"),
        ("601111", 16, (4, 4, 4), " . "),
        ("411111", 16, (4, 4, 4), "–"), ("411111", 16, (2, 2, 2, 2, 2, 2, 2), " "),
    )],
    "IBAN": [
        iban("GB", "TEST99999999999999", "", str), iban("GB", "TEST99999999999999", " ", str.title),
        iban("DE", "9" * 18, "-", str.lower),
        iban("DE", "9" * 18, "  ", str), iban("NL", "TEST9999999999", "/", str), iban("FI", "9" * 14, "\u00a0", str),
        iban("SE", "9" * 20, " ", str.lower), iban("GR", "9" * 23, " ", str), iban("DK", "9" * 14, ".", str),
        iban("LT", "9" * 16, "\n", str), iban("CY", "9" * 24, " ", str.lower), iban("HU", "9" * 24, " ", str),
    ],
    "ADDRESS": [
        uk("{n} {s} Rd., {t}. {p}"), uk("Apartment 4, {s} House, {n} {s} Street, {t} {p}"),
        uk("{n} {s} Way, {t}, {p}"),
        uk("{n} The Green, {t} {p}"), uk("Ground floor flat, {n} {s} St, {t} {p}"),
        uk("{n} {s} mews {t}", str.lower),
        uk("{s} Cottage, {t}, {P}"), uk("{n} {s} STREET {t} {p}", str.upper), us("{n} County Road 12, {t}, {z} {p}"),
        us("{n} {s} Ct\n{t} {z}, {p}"), us("{n} N. {s} St., {t}, {z} {p}"),
        us("apt 4 {n} {s} street {t} {z} {p}", str.lower),
        us("{n} Highway 50, {t}, {z}"), us("RR 2 Box 15, {t}, {z} {p}"), us("{n} {s} place, {t} {z}", str.lower),
        india("{s} Apartments, Flat {n}, near City Mall, {t} {a}{b}"), india("{n}/B {s} Society, {t} {a}{b}"),
        india("Ward no {n}, {s} Road, {t} {a}{b}"), india("village {s}, district {t}, {a}{b}", str.lower),
        india("2nd floor, {s} Complex, {t} - {a} {b}"), india("{s} Nagar, {t} {a}{b}"),
    ],
    "ORDER": [formed(form) for form in (
        "order#9999999", "Order-ID: AAA-99999", "ordr 99999999", "my order 99999", "order 99999/26",
        "order ref.: 999-999-999", "order [99999]",
        "order \"999999\"", "order no = 99999", "order_id 999999", "PO# 99-9999", "shipment id 999999999",
        "tracking: 9999 9999 9999",
        "UPS !1Z 999 AA!1 99 9999 9999", "FedEx tracking 999999999999", "Royal Mail AA 9999 9999 9GB",
        "AA999999999IN", "docket no. 99999",
        "sales order SO99999", "order A9999", "confirmation code A9A9A9", "orders #99999, #99998",
        "order no. 9 9 9 9 9 9",
        "order code AA-99-AA-99", "Oder number 999999", "order number : 99999", "order number (99999)",
        "order number 99999-AA",
        "order numbers 99999 and 99998", "the 99999 order", "order number, 999999", "order numbr 999999",
        "orderno.99999", "order no- 99999",
    )],
    "URL": [formed(form) for form in (
        "https://www.example.com/AAAA9999", "example.com?id=AAAA9999", "http:\\\\example.com\\AAAA9999",
        "www.example.org/#/AAAA9999",
        "//example.com/AAAA9999", "m.example.com/AAAA9999", "HTTP//example.com/AAAA9999",
        "[link](https://example.com/AAAA9999)",
        "youtu.be/AAAA9999", "wa.me/AAAA9999", "https:/example.com/AAAA9999", "http ://example.com/AAAA9999",
        "example.museum/AAAA9999",
    )],
    "IP": [formed(form, change) for form, change in (
        ("IP=!1!9!8.!5!1.!1!0!0.!19", str), ("[!2!0!3.!0.!1!1!3.!19]", str),
        ("!2!0!0!1:db!8:!8!5a!3::!8a!2e:!3!70:!19!9!9", str),
        ("::ffff:!1!9!2.!0.!2.!19", str), ("[!2!0!0!1:db!8::!19!9!9]:!4!4", str), ("ip:!1!9!2.!0.!2.!19", str),
        ("!1!9!2.!0.!2.!19,", str), ("<!2!0!3.!0.!1!1!3.!19>", str),
    )],
}  # fmt: skip

"""How customers write links, e-mail addresses, telephone numbers and the numbers of orders and parcels.

Expressions of the `regex` library: what stands before `\\K` is context and stays in the text. Every repetition that can
begin in many places is bounded, so that no text takes more than linear time.
"""

from typing import Final

_TAIL = r"[^\s<>\"'\ufffc]{0,800}[^\s<>\"'\ufffc.,;:!?)\]}*]"
_TLD = (
    r"(?:com|org|net|info|biz|shop|store|app|link|page|site|online|xyz|io|co|uk|in|de|fr|es|it|nl|eu|ca|au|us|ie|me|ly"
    r"|to|gl|gd|dev|ai|be|ch|at|se|pl|tv|cc)"
)
URLS: Final = (
    rf"(?i)(?<![a-z])(?:h[tx]{{2}}ps?|ftp) ?(?::[/\\\\]{{1,2}}|//) ?{_TAIL}",
    rf"(?i)(?<![\w@.-])www\.{_TAIL}",
    # Without a path a domain names a shop, not a person.
    rf"(?i)(?:(?<![\w:/])//|(?<![\w@./-]))(?:[a-z0-9][a-z0-9-]{{0,62}}\.){{1,4}}{_TLD}(?::\d{{2,5}})?[/?]{_TAIL}",
)

_LOCAL = r"(?<![\w.+%'-])[\w+][\w.+%'-]{0,63}"
EMAILS: Final = (
    rf"(?:mailto:)?{_LOCAL}@\w[\w-]{{0,62}}(?:\.\w[\w-]{{0,62}}){{1,4}}",
    rf"(?i){_LOCAL} ?@ ?\w[\w-]{{0,62}}(?:\.[\w-]{{1,63}}){{0,3}} ?[.,] ?(?:com|org|net|co\.uk|in|de|fr|con|cmo)\b",
    rf"(?i){_LOCAL} @ ?\w[\w-]{{0,62}}(?:\.[\w-]{{1,63}}){{1,4}}",
    # The dot was forgotten, or the mail program's name is all there is.
    r"(?i)(?<![\w.+%'-])[a-z_][\w.+%-]{0,62}\w@[a-z]\w{2,40}\b",
    rf"(?i){_LOCAL} ?(?:\(at\)|\[at\]|{{at}}|<at>|\(@\)|\[@\]) ?\w[\w-]{{0,62}}(?:(?: ?[\[({{<]dot[\])}}>] ?| dot "
    rf"|\.)[\w-]{{1,63}}){{1,4}}",
    r"(?i)(?<![\w.+%'-])[a-z][\w.+-]{0,62}?_at_[a-z][\w-]{0,62}(?:\.[\w-]{1,63}){1,4}",
    rf"(?i){_LOCAL} at \w[\w-]{{0,62}}(?:\.[\w-]{{1,63}}){{0,3}}(?: dot [a-z]{{2,12}}){{1,2}}\b",
)

_GAP = r"[ .\-/()\u2010-\u2015]"
_NOT_BEFORE = r"(?<![\w.,#$£€₹\-])(?<!\w/)"
_END = r"(?![\w-]|[.,]\d)"
_JOIN = r"[ .\-/\u2010-\u2015]"
PHONES: Final = (
    rf"(?<![\w+])(?:\+ ?|\(\+|00 ?)(?:1|44|91)\)?(?:{_GAP}{{0,2}}\(0\))?(?:{_GAP}{{0,3}}\d){{10}}(?!\d)",
    rf"(?<![\w+])(?:\+ ?|\(\+|00 ?)(?!1|44|91)[2-9]\d{{1,2}}\)?(?:{_JOIN}?\(\d{{1,4}}\))?(?:{_JOIN}{{0,3}}\d){{6,12}}"
    rf"(?!\d)",
    # A trunk zero and ten digits, or fewer in groups.
    rf"{_NOT_BEFORE}\(?[0oO][1-9](?:{_GAP}{{0,3}}\d){{9}}{_END}",
    rf"{_NOT_BEFORE}\(?0[1-9]\d{{1,3}}(?:{_GAP}{{1,3}}\d{{3,6}}){{1,2}}{_END}",
    rf"{_NOT_BEFORE}(?:1{_GAP}?)?(?:\([2-9]\d\d\){_GAP}?|[2-9]\d\d{_GAP}{{1,2}})[2-9]\d\d{_GAP}{{1,2}}\d{{4}}{_END}",
    rf"{_NOT_BEFORE}(?:91[ -]?)?[6-9]\d{{4}}[ -]?\d{{5}}{_END}",
    rf"{_NOT_BEFORE}(?:[6-9]\d\d[ -]\d{{3}}[ -]\d{{4}}|[6-9]\d{{3}}[ -]\d{{3}}[ -]\d{{3}}){_END}",
)
CALLED: Final = (
    r"(?i)\b(?:tele)?(?:phone|mobile|mob|cell|tel|ph|fax|whats ?app|call(?: me)?|text me|ring me|contact(?: me)?"
    r"|reach me|called from|my number)(?: ?(?:no|nr|number|num)\b)?\.?(?: (?:is|to|on|at|back on|:))?[\s.:#-]{0,3}"
    rf"\K\(?[\doO](?:[)]?{_JOIN}{{0,3}}\d){{5,14}}(?!\w|[.,]\d)",
)
PHONE_CANDIDATE: Final = rf"{_NOT_BEFORE}[(]?\d[\d .\-/()]{{6,18}}\d(?!\w|[.,]\d)"

_UNITS = (
    r"(?:pcs|pieces?|units?|items?|rs|inr|usd|eur|gbp|rupees?|dollars?|pounds?|euros?|bucks|k|ml|mg|mcg|g|kg|cm|mm|km"
    r"|gb|tb|w|watts?|mah|hz|hours?|hrs?|mins?|minutes?|days?|weeks?|months?|years?|people|times?|pairs?|x|off|points?"
    r"|series|edition|model|reviews?|customers?|of|pack|packs|sets?|boxes|bags|bottles)"
)
_NO_UNIT = rf"(?![\w]|[.,]\d|[ -]?(?i:{_UNITS})\b|[ ]?[%°£€$₹])"
_THING = (
    r"(?:orders?|oders?|odr|ord|purchase order|po|invoices?|inv|bill|tracking|track|awb|consignment|shipment|shipping"
    r"|parcels?|packages?|booking|reference|ref|tickets?|case|complaint|transaction|txn|utr|rma|returns?|refund|receipt"
    r"|confirmation|docket|waybill|delivery|service request|sr|request|account|acct|customer|a/c|member(?:ship)?"
    r"|loyalty)"
)
_LABEL = r"(?:numbers?|numbr|nmbr|num|no|nr|nbr|id|i['’]d|code|ref(?:erence)?|#|№)"
_TOKEN = (
    r"(?=(?:[A-Za-z_/-]{0,12}\d){2})[A-Za-z0-9](?:[A-Za-z0-9]|[-_/.](?=[A-Za-z0-9])){1,39}"
    rf"(?: \d{{3,6}}(?=[ \n.,;:!?)]|$){_NO_UNIT}){{0,5}}"
)
ORDERS: Final = (
    rf"(?i)\b{_THING}(?:[ _-]?{_LABEL}(?![a-z])){{1,2}}\.?(?: (?:is|was|are))?[\s:#=–,'\"\[({{-]{{0,4}}"
    rf"\K(?:{_TOKEN}|\d(?: \d){{3,20}}(?!\w| \d))",
    rf"(?i)\b(?:{_THING}|usps|ups|fedex|dhl|dpd|hermes|evri|royal mail|bluedart|delhivery)(?: ?[:#(.–'\"\[-]{{1,3}} ?"
    rf"| |)(?:{_LABEL} )?\K(?:\d{{4,}}(?:[-/]\d{{1,12}}){{0,4}}(?: \d{{2,6}}(?=[ \n.,;:!?)]"
    rf"|$){_NO_UNIT}){{0,6}}{_NO_UNIT}"
    r"|(?-i:[A-Z]{1,5}-?\d{5,}[A-Z]{0,2}\b|[A-Z]\d{4}\b|[A-Z]{1,5}\d{0,4}-\d{2,}-\d{2,}\b|[A-Z]{2,5}-\d{4,}\b))",
    rf"(?i)\b(?:order|tracking|invoice|ref|reference|awb) (?:is|was) \K\d{{6,}}{_NO_UNIT}",
    # Carriers', as printed on the label: in groups.
    r"\b1Z(?: ?[0-9A-Z]){16}\b",
    r"\b[A-Z]{2} ?\d{3,4} ?\d{3,4} ?\d{1,3} ?(?:GB|US|IN|DE|FR|CN|HK|SG|NL|IE)\b",
    r"(?<![\w-])9[2-5]\d\d(?: ?\d{4}){4}(?: ?\d{2})?\b",
    r"(?i)\b(?:rma|inv|ord|po|so)[-#]\d[\d-]{3,20}\b",
)
GOODS: Final = (
    r"(?i)(?:\b(?:items?|styles?|sku|product|article|art|model|ean|barcode|isbn|upc|part|asin|serial|colou?r|shade"
    r"|ref of the)(?: ?(?:no|number|numbers|id|code|ids))?[\s.:#-]{0,4}|[$£€₹]\s?|\brs\.? ?|\binr ?)$"
)
"""Ends what stands before a number that names a thing on sale or a price; it stays."""
BARE_NUMBERS: Final = (
    rf"(?i)\b(?:id|number|no)[ .:#-]{{0,3}}\K\d{{6,}}(?:-\d{{1,12}}){{0,4}}{_NO_UNIT}",
    r"(?<![\w#&])# ?(?:\d{4,}(?:[-/]\d{1,12}){0,4}|[A-Z]{1,4}-?\d{4,}|\d{3}-\d{7}-\d{7})\b",
    rf"\ufffc(?:,| and| &| or) ?\K#?\d{{4,}}{_NO_UNIT}",
    r"(?<![\w.,@#/$£€₹-])\d{5,}(?= (?:order|shipment|parcel|ticket)\b)",
    r"(?<!\d)(?<!\d-)\d{3}-\d{7}-\d{7}(?![\w-])",
    # Carriers', in one piece: 1Z..., AB123456789GB, JD00..., Evri's.
    r"(?i)(?<!\w)(?<!\w-)(?=(?:[a-z]{0,5}\d){8})(?=\d{0,4}[a-z])[a-z0-9]{9,34}(?![\w-])(?<![a-z]{3})",
    rf"(?<![\w.,@#/$£€₹])(?<!\w-)\d{{8,}}(?:-\d{{1,12}}){{0,3}}{_NO_UNIT}",
    r"(?<!\w)(?<!\w-)[A-Z]{2,5}-\d{5,}(?![\w-])",
)
"""By their shape alone; less sure than the others."""

HANDLES: Final = (r"(?<![\w@/.])@[A-Za-z_]\w{1,29}\b",)
VERSION: Final = r"(?i)\b(?:version|firmware|software|ver|v|build|release|ios|android)\.? ?$"

"""How customers write where they live and what they are called: by street, by postcode in its context, by greeting.

Expressions of the `regex` library, all repetitions bounded; what stands before `\\K` is context and stays.
"""

from typing import Final

_UK = r"(?:[A-Za-z]{1,2}\d[A-Za-z\d]?\s?\d[A-Za-z]{2}\b)"
_US = r"(?:\d{5}(?:-\d{4})?(?![\w-]))"
_INDIA = r"(?:(?:pin\s?(?:code)?\s?[:-]?\s?)?\d{3}\s?\d{3}(?!\w))"
_POSTCODE = rf"(?:{_UK}|{_US}|{_INDIA})"
_STATE = (
    r"(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT"
    r"|V[AT]|W[AIVY])"
)
# Words that stand between a number and a street only where there is no street.
_NO_STREET = (
    r"(?!(?:the|my|your|on|in|a|an|of|to|and|or|for|at|is|was|days?|weeks?|months?|years?|hours?|hrs?|minutes?|mins?"
    r"|times?|items?|people|am|pm|from|by|with|out|off|no|not|this|that|it|i|we|they|you|pairs?|pcs|pieces?)\b)"
)
_SURE = (
    r"(?:road|rd|street|avenue|ave|lane|ln|crescent|cres|terrace|blvd|boulevard|parkway|pkwy|mews|nagar|marg|vihar"
    r"|colony|layout|enclave|chowk|salai|close)"
)
_LIKELY = (
    r"(?:St|Dr|Drive|Way|Court|Ct|Place|Pl|Row|Hill|Park|Walk|Square|Sq|Circle|Cir|Highway|Hwy|Trail|Gardens|Grove|Rise"
    r"|Loop|Cross|Main|View|Green|Wharf|Quay|Broadway|House|Society|Complex|Apartments|Towers?|Heights|Residency)"
)
_CAPITALS = r"(?:\p{Lu}[\w'’.-]{0,20}(?: (?:\p{Lu}[\w'’.-]{0,20}|\d{1,3}(?:st|nd|rd|th)?|of|the|on)){0,4}(?:,\s?|\n))"
_ROOM = r"(?:(?:apt|apartment|suite|ste|unit|flat|floor|#)\.?\s?(?:no\.?\s?)?#?\w{1,6})"
_FLAT = rf"(?:(?i:(?:{_ROOM}|(?:block|tower)\s\w{{1,4}}),?\s)(?:{_CAPITALS}){{0,2}})"
_WORDS = r"(?:[,\s-]{1,3}[A-Za-z][\w'’.]{1,20}){0,6}"
_REST = (
    rf"(?:(?i:[,\s]{{1,3}}{_ROOM}(?!\w))?(?i:{_WORDS}[,\s-]{{1,4}}{_POSTCODE})"
    rf"|(?i:[,\s]{{1,3}}{_ROOM}(?!\w))?(?:,\s?\p{{Lu}}[\w'’.]{{1,20}}(?: \p{{Lu}}[\w'’.]{{1,20}}){{0,2}}){{0,3}}"
    rf"(?:,? {_STATE}\b)?)"
)
_NUMBER = r"(?<![\w.,£$€₹#/-])(?i:no\.?\s?)?\d{1,5}(?:/?[A-Za-z])?(?:[-/]\d{1,4}[A-Za-z]?)?,?\s"
_DOOR = (
    r"(?i:\b(?:flat|plot|door|house|h|shop|room|unit|villa|bungalow)\.?\s?(?:no|number"
    r"|#)?\.?\s?:?\s?[a-z]?-?\d[\w/-]{0,9}|#\d{1,5}(?=,)|\b[a-z]-?\d{1,4}(?=,)|\bsector\s\d{1,3})"
)

ADDRESSES: Final = (
    rf"{_FLAT}?{_NUMBER}(?i:(?:{_NO_STREET}\w[\w'’.-]{{0,20}}\s){{1,4}}{_SURE}\b\.?){_REST}",
    rf"{_FLAT}?{_NUMBER}(?:(?:\p{{Lu}}[\w'’.-]{{0,20}}|\d{{1,3}}(?:st|nd|rd|th))\s){{1,4}}{_LIKELY}\b\.?{_REST}",
    rf"(?i){_NUMBER}(?:{_NO_STREET}\w[\w'’.-]{{0,20}}\s){{1,4}}{_LIKELY}\b\.?{_WORDS}[,\s-]{{1,4}}{_POSTCODE}",
    rf"(?:{_CAPITALS}){{0,2}}{_DOOR},?\s(?i:[^!?;\ufffc]{{3,100}}?[ ,-]{_INDIA})",
    rf"(?:{_CAPITALS}){{0,2}}{_DOOR},?\s[^!?;\ufffc]{{3,80}}?[ ,\n]{_UK}",
    rf"(?:{_CAPITALS}){{0,2}}{_DOOR},?\s(?:{_CAPITALS}){{1,4}}(?:\p{{Lu}}[\w'’.-]{{1,20}})?",
    rf"(?<!\w)(?:{_CAPITALS}){{1,4}}(?:\p{{Lu}}\w{{1,20}} )?(?i:{_UK})",
    rf"{_NUMBER}(?:(?i:highway|hwy|county road|state route|route|rural route) \d{{1,4}}){_REST}",
    rf"(?<!\w)(?:{_CAPITALS}){{1,4}}(?!(?i:order|ticket|case|ref|id|number"
    rf"|pin)\b)\p{{Lu}}\w{{2,20}}[ -]{{1,3}}{_INDIA}",
    rf"(?i)\b(?:address|deliver(?:ed)?(?: it)? to|sen[dt](?: it)? to|ship(?:ped)?(?: it)? to|live at"
    rf"|house,? should be)(?: is|:| -)? \K[^!?;\ufffc]{{3,100}}?(?:{_UK}|[ ,-]{_INDIA}|(?-i:{_STATE}),? {_US})",
    rf"(?i)\bp\.?\s?o\.?\s?box\s?(?:no\.?\s?)?#?\d{{1,6}}(?-i:{_REST})",
    rf"\p{{Lu}}\w{{1,20}}(?: \p{{Lu}}\w{{1,20}})?,? {_STATE},? {_US}",
    rf"(?i)\b(?:post ?code|postal code|zip(?: ?code)?|pin ?code|pin)(?: (?:is|of|no|number))?[\s:.-]{{0,3}}\K(?:{_UK}"
    rf"|{_US}|{_INDIA})",
    # S8 6GB is a telephone.
    r"(?<![\w-])[A-Z]{1,2}\d[A-Z\d]? \d(?!GB|TB|XL)[ABD-HJLNP-UW-Z]{2}(?!\w)",
    rf"(?i)\b(?:(?:live|living|staying) (?:at|in)|deliver(?:ed)? (?:it )?to|address(?: is|:)?|send (?:it )?to) \K{_UK}",
)

_STOP = (
    r"(?!(?i:there|team|all|everyone|everybody|guys?|folks|sir|sirs|madam|ma['’]?am|dear|support|customer|customers"
    r"|service|services|help|care|desk|agent|bot|admin|seller|shop|store|amazon|amazonhelp|flipkart|myntra|ebay|tesco"
    r"|apple|ups|dhl|fedex|dpd|hermes|evri|hello|hi|hey|thanks|thank|please|pls|plz|regards|kind|best|cheers|yes|no"
    r"|not|ok|okay|so|very|the|this|that|it|its|i|im|i['’]m|my|me|we|our|you|your|he|she|they|a|an|and|but|or|if|is"
    r"|are|was|be|been|being|as|at|in|on|of|to|for|from|with|without|about|again|still|just|only|also|already|now|then"
    r"|here|when|where|what|why|how|who|which|can|could|would|will|do|does|did|have|has|had|need|want|am|wrong"
    r"|misspell?ed|spelt|spelled|missing|different|incorrect"
    r"|changed|same|above|below|listed|showing|order|orders|account|refund|return|returns|delivery|parcel|package"
    r"|item|product|price|urgent|good|great|bad|nice|sorry|waiting|one|two|any|some|every|each|more|much|many|mate|bye"
    r"|advance|appreciated|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|june"
    r"|july|august|september|october|november|december|god|lord|google|samsung|nike|adidas|prime|manager|someone"
    r"|anyone|nobody|reception|martens?|pepper|muscle|kipling|porter|oetker)\b)"
)
_CAP = rf"{_STOP}\p{{Lu}}(?:\p{{L}}\p{{M}}?|['’-](?=\p{{L}})){{1,24}}(?![\w@])"
_INITIAL = r"\p{Lu}\.?(?=\s|$)(?!\s(?i:am|was|have|will)\b)"
_OF = r"(?:(?i:de|van|der|den|von|da|di|del|la|le|al|el|bin) ){0,2}"
_MORE = rf"(?: {_OF}(?:{_CAP}|(?!I\b){_INITIAL})){{0,2}}"
_NAME = rf"(?:{_CAP}{_MORE}|\p{{Lu}}\. ?{_OF}{_CAP})"
_LOW = rf"{_STOP}\p{{Ll}}(?:\p{{L}}|['’-](?=\p{{L}})){{1,24}}(?![\w@])"
_LOW_NAME = rf"(?:{_NAME}|{_LOW}(?: (?:de |van |von )?{_LOW})?)"
_BYE = (
    r"(?i:(?:many |kind )?thanks(?: again| so much| in advance| a lot)?|thank you(?: so much| very much)?|thx|ty|cheers"
    r"|(?:with |my )?(?:(?:very )?(?:kind(?:est)?|best|warm(?:est)?) )?(?:regards|wishes)|best|yours (?:sincerely"
    r"|faithfully|truly)|yours|sincerely|rgds|br|kr)"
)

NAMES: Final = (
    rf"\b(?i:my (?:full |first |last |sur)?name(?:['’]?s| is)?|(?:customer |full |first |last |account "
    rf"|card ?holder )?name ?[:=-]|under the name(?: of| is)?|name on the (?:order|account"
    rf"|card) is)[ :]{{1,2}}\K{_LOW_NAME}",
    rf"(?m)^[\s*]{{0,3}}(?i:hi|hello|hey|dear|hiya|good (?:morning|afternoon|evening))(?: there)?,? \K{_NAME}"
    rf"(?=\s?[,!.:\n-]|$)",
    rf"[.!?,\n] (?i:hi|hello|hey|dear),? \K{_NAME}(?=\s?[,!\n])",
    rf"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|MR|MRS|MS|Shri|Smt)\b\.? \K{_NAME}",
    rf"\b(?:[Tt]his is|I['’]m|I am|im|[Ii]t['’]s) \K{_NAME}(?= (?i:from|here|calling|writing|speaking|again|and i\b"
    rf"|and my\b))",
    rf"\b(?:[Tt]his is|I['’]m|I am) \K{_CAP} {_CAP}(?=\s?[,.!\n]|$)",
    rf"(?<!\w){_BYE}(?:[,.! -]{{1,3}}|\s?[,.!-]{{0,2}}\n{{1,3}})(?:from )?\K{_NAME}(?=\s?[.,!)]{{0,2}}\s?(?:$|\n"
    rf"|\ufffc|\())",
    rf"(?<!\w){_BYE}[,.!]?\n{{1,3}}\K{_LOW_NAME}(?=\s?[.,!]?\s?$)",
    rf"(?:^|[.!?\n]\s?)[-–—~] ?\K{_NAME}(?=\s?$)",
    rf"\b(?i:my (?:wife|husband|partner|son|daughter|mother|father|mum|mom|dad|sister|brother|friend|neighbou?r"
    rf"|colleague)),? \K{_NAME}",
    rf"\b(?i:(?:spoke|spoken|talked|talking|speaking|chatted|chatting) (?:to|with)|c/o|attn[.:]?|recipient[ :]|"
    rf"signed (?:for )?by|addressed to|agent (?:called|named)|in the name of) (?:(?i:an? )?(?i:agent|lady|guy|man"
    rf"|woman) )?(?i:called |named )?\K{_NAME}",
)

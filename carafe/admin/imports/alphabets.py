"""The letters of languages, and the languages of encodings."""

# Letters beyond ASCII: those frequent in a language, a space, and the others.
ALPHABETS = {
    "German": "äöüß é",
    "French": "éèàêç âëîïôœùûü",
    "Spanish": "áéíóñ úü",
    "Portuguese": "ãçáéíó àâêôõú",
    "Italian": "àèìòù é",
    "Dutch": "ëéï èóöü",
    "Swedish": "åäö é",
    "Danish": "æøå éö",
    "Icelandic": "áíþðéó úýæö",
    "Estonian": "äõüö šž",
    "Polish": "ąęłóśż ćńź",
    "Czech": "áíéěščřžý ďňóťúů",
    "Slovak": "áíéščžýľ äďĺňóôŕťú",
    "Hungarian": "áéöőíóü úű",
    "Romanian": "ăîşţâ ",
    "Croatian": "čćšž đ",
    "Turkish": "ığüşöç âî\u0307",
    "Lithuanian": "ėšųžįąūč ę",
    "Latvian": "āīēšņļūģž čķ",
    "Vietnamese": "\u0300\u0301ưđôâêăơ\u0323\u0309\u0303 áàéèíìóòúùýãõĩũ",
    "Russian": "оеаинтсрвлкмдпуя ыьгзбчйхжшюцщэфъё",
    "Ukrainian": "оанитвреікслпудм яьзгбчйхжїюшцєщфґ",
    "Bulgarian": "аоеитнрсвлдкпмъз угябщчцжйхфюшьэы",
    "Serbian": "аоеинрсткмвдлупј бгзљњћџђчшжцхф",
    "Greek": "αοιετσνηυρπκλςμά όίέήύώωγδθχφβξζψϊϋΐΰ",
    "Hebrew": "יוהלאתמרשבנ דעקםחפכסגצטןזץךף",
    "Arabic": "ايلنمرتبوهدسعكفقيةح شجصخطذضغثزظىأإآءؤئپچژگکیـ",
    "Thai": "านรอกเงมยลวดทสตะปคหแ่้ัีิ บจพชขใไโูุึืผศณถญธภฟซษฉฝฆฎฏฐฑฒฌฮฬำๆ็์",
}
RARE = 0.7


def _weights(letters: str) -> dict[str, float]:
    """Return the weight of each letter: in non-Latin scripts, rare letters count less."""
    if len(letters) > 20:
        return {letter: 1 - 1.2 * n / len(letters) for n, letter in enumerate(letters)}
    frequent, _, rare = letters.partition(" ")
    return dict.fromkeys(frequent, 1.0) | dict.fromkeys(rare, RARE)


WEIGHTS = {name: _weights(letters) for name, letters in ALPHABETS.items()}
WESTERN = "German French Spanish Portuguese Italian Dutch Swedish Danish"
CENTRAL = "Polish Czech Slovak Hungarian Romanian Croatian German"
CYRILLIC = "Russian Ukrainian Bulgarian Serbian"
# Languages by encoding, and how much rarer the encoding is in current files than the first one.
SINGLE_BYTE = {
    "cp1252": (f"{WESTERN} Icelandic", 0.0),
    "iso8859_15": (f"{WESTERN} Estonian", 0.1),
    "mac_roman": (WESTERN, 0.2),
    "cp850": (WESTERN, 0.4),
    "cp1250": (CENTRAL, 0.0),
    "iso8859_2": (CENTRAL, 0.2),
    "mac_latin2": (CENTRAL, 0.3),
    "cp852": (CENTRAL, 0.4),
    "cp1254": ("Turkish German French", 0.1),
    "cp1257": ("Lithuanian Latvian Estonian", 0.2),
    "cp1258": ("Vietnamese", 0.2),
    "cp1251": (CYRILLIC, 0.0),
    "koi8_r": ("Russian Bulgarian", 0.2),
    "iso8859_5": (CYRILLIC, 0.3),
    "mac_cyrillic": (CYRILLIC, 0.35),
    "cp866": (CYRILLIC, 0.3),
    "cp1253": ("Greek", 0.0),
    "mac_greek": ("Greek", 0.2),
    "cp1255": ("Hebrew", 0.0),
    "cp1256": ("Arabic", 0.0),
    "cp874": ("Thai", 0.0),
}

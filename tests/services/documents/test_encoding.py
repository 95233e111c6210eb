from __future__ import annotations

import pytest

from services.documents.encoding import decode, decode_short, decoded
from services.documents.limits import DEFAULT_LIMITS
from services.documents.plain import read_text
from services.errors import DocumentRefused

SENTENCES = {
    "russian": (
        "Договор аренды вступает в силу с момента подписания.",
        "Наша компания поставляет оборудование для электростанций по всей стране. Срок гарантии составляет три года, "
        "а ремонт выполняется в течение десяти дней после обращения. Цены указаны без налога.",
    ),
    "ukrainian": (
        "Їхній договір набирає чинності після підписання обома сторонами.",
        "Ця інструкція пояснює, як підключити пристрій до мережі та перевірити його роботу. Якщо виникають питання, "
        "зверніться до служби підтримки, яка працює щодня.",
    ),
    "greek": (
        "Η σύμβαση ισχύει από την ημέρα της υπογραφής.",
        "Η εταιρεία προμηθεύει μηχανήματα σε όλη τη χώρα. Άλλα έξοδα δεν περιλαμβάνονται στην τιμή, και η εγγύηση "
        "διαρκεί τρία χρόνια από την αγορά του προϊόντος.",
    ),
    "hebrew": (
        "החוזה נכנס לתוקף ביום החתימה.",
        "החברה מספקת ציוד לתחנות כוח בכל רחבי הארץ. תקופת האחריות היא שלוש שנים, והתיקון מתבצע בתוך עשרה ימים.",
    ),
    "arabic": (
        "يدخل العقد حيز التنفيذ من يوم التوقيع.",
        "تقوم الشركة بتوريد المعدات لمحطات الكهرباء في جميع أنحاء البلاد. مدة الضمان ثلاث سنوات، ويتم الإصلاح خلال "
        "عشرة أيام من تاريخ الطلب.",
    ),
    "thai": (
        "สัญญานี้มีผลบังคับใช้ตั้งแต่วันที่ลงนาม",
        "บริษัทจำหน่ายอุปกรณ์สำหรับโรงไฟฟ้าทั่วประเทศ ระยะเวลารับประกันสามปี และการซ่อมแซมจะเสร็จภายในสิบวัน",
    ),
    "japanese": (
        "契約は署名の日から有効です。",
        "当社は全国の発電所に機器を納入しています。保証期間は三年間で、修理は依頼から十日以内に行います。価格に税は"
        "含まれていません。詳しくは説明書をご覧ください。",
    ),
    "simplified": (
        "本合同自签字之日起生效。",
        "本公司向全国各地的发电厂供应设备。保修期为三年，维修在收到申请后十天内完成。价格不含税，其他费用另行计算。",
    ),
    "traditional": (
        "本合約自簽字之日起生效。",
        "本公司向全國各地的發電廠供應設備。保固期為三年，維修在收到申請後十天內完成。價格不含稅，其他費用另行計算。",
    ),
    "korean": (
        "계약은 서명한 날부터 효력이 있습니다.",
        "우리 회사는 전국의 발전소에 장비를 공급합니다. 보증 기간은 삼 년이며 수리는 신청 후 열흘 안에 이루어집니다. "
        "가격에는 세금이 포함되지 않습니다.",
    ),
    "german": (
        "Für Schäden haftet der Käufer.",
        "Die Anlage läuft über Nacht; größere Störungen müssen binnen zwölf Stunden gemeldet werden. Die Prüfung "
        "erfolgt jährlich und kostet 120 € je Gerät – Anfahrt eingeschlossen.",
    ),
    "french": (
        "Le délai de livraison est précisé à la commande.",
        "L’entreprise fournit des équipements aux centrales électriques. La durée de la garantie est de trois années, "
        "et la réparation s’effectue en dix jours après réception.",
    ),
    "polish": (
        "Umowa wchodzi w życie z chwilą podpisania przez obie strony łącznie.",
        "Spółka dostarcza urządzenia dla elektrowni w całym kraju. Gwarancja trwa trzy lata, a naprawę wykonuje się w "
        "ciągu dziesięciu dni od zgłoszenia. Źródła są podane na końcu.",
    ),
    "czech": (
        "Smlouva nabývá účinnosti dnem podpisu, který je uveden níže.",
        "Společnost dodává zařízení pro elektrárny po celé zemi. Záruční doba činí tři roky a oprava se provádí do "
        "deseti dnů. Příliš žluťoučký kůň úpěl ďábelské ódy.",
    ),
    "hungarian": (
        "A szerződés az aláírás napján lép érvénybe, külön felszólítás nélkül.",
        "A cég az egész országban szállít berendezéseket erőműveknek. A jótállás időtartama három év, a javítás tíz "
        "napon belül történik. Az ár nem tartalmazza az adót, és külön költség merülhet föl.",
    ),
    "turkish": (
        "Sözleşme imza tarihinden başlayarak geçerlidir ve iki yıl sürer.",
        "Şirket ülkenin her yerindeki santrallere ekipman sağlıyor. Garanti süresi üç yıldır, onarım başvurudan sonra "
        "on gün içinde yapılır. Diğer giderler ayrıca hesaplanır.",
    ),
    "spanish": (
        "El contrato entrará en vigor el día de la firma según lo acordado.",
        "La compañía suministra equipos a las centrales eléctricas de todo el país. ¿Cuánto dura la garantía? Tres "
        "años, y la reparación se efectúa en diez días.",
    ),
}
ENCODINGS = {
    "russian": ("cp1251", "koi8-r", "cp866", "iso-8859-5", "mac-cyrillic"),
    "ukrainian": ("cp1251", "koi8-u"),
    "greek": ("iso-8859-7", "cp1253"),
    "hebrew": ("cp1255", "iso-8859-8"),
    "arabic": ("cp1256", "iso-8859-6"),
    "thai": ("cp874", "tis-620"),
    "japanese": ("euc-jp", "shift_jis", "iso-2022-jp"),
    "simplified": ("gb18030", "gb2312", "gbk"),
    "traditional": ("big5", "gb18030"),
    "korean": ("euc-kr", "cp949", "iso-2022-kr"),
    "german": ("cp1252", "cp850"),
    "french": ("cp1252", "iso-8859-1", "mac-roman"),
    "polish": ("cp1250", "iso-8859-2"),
    "czech": ("cp1250", "iso-8859-2"),
    "hungarian": ("cp1250", "iso-8859-2"),
    "turkish": ("cp1254", "iso-8859-9"),
    "spanish": ("cp1252",),
}
UNICODE = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")
CASES = [
    (language, encoding, length)
    for language, encodings in ENCODINGS.items()
    for encoding in (*encodings, *UNICODE)
    for length in ("short", "long")
]


@pytest.mark.parametrize(("language", "encoding", "length"), CASES)
def test_a_sentence_is_read_in_the_encoding_it_was_written_in(language: str, encoding: str, length: str) -> None:
    sentence = SENTENCES[language][length == "long"]
    data = sentence.encode(encoding, "ignore")
    assert decode(data) == data.decode(encoding).removeprefix("\ufeff")


@pytest.mark.parametrize(("language", "encoding"), [(each[0], each[1]) for each in CASES if each[2] == "long"])
def test_a_long_text_with_english_names_in_it_is_read_too(language: str, encoding: str) -> None:
    text = ("Amazon SageMaker, 2026\n" + SENTENCES[language][1] + "\n") * 40
    data = text.encode(encoding, "ignore")
    found = decoded(data)
    assert found.text == data.decode(encoding).removeprefix("\ufeff")
    assert found.sure


@pytest.mark.parametrize("name", ["Счёт за март.txt", "見積書.docx", "Prüfbericht.pdf", "报价单.xlsx"])
def test_a_name_is_read_as_a_sentence_is(name: str) -> None:
    for encoding in {"С": ("cp866", "cp1251"), "見": ("cp932",), "P": ("cp1252",), "报": ("gb18030",)}[name[0]]:
        assert decode_short(name.encode(encoding)) == name


def test_a_weak_guess_is_said_to_be_one() -> None:
    warnings: list[str] = []
    read_text(bytes(range(0xA1, 0xFF)) * 3, DEFAULT_LIMITS, warnings)
    assert "does not say how its letters are coded" in warnings[0]
    assert decoded("Привет, мир".encode("cp1251")).warnings == ()


def test_what_an_encoding_declared_elsewhere_says_is_believed_if_it_fits() -> None:
    assert decode("naïve".encode("cp1250", "replace"), "cp1250") == "na?ve"
    assert decode("жук".encode("koi8-r"), "koi8-r") == "жук"
    assert decode("жук".encode(), "koi8-r") == "жук"
    assert decode("Größe".encode("cp1252"), "no-such-encoding") == "Größe"


@pytest.mark.parametrize("data", [bytes(range(256)) * 20, b"\x00\x01\x02\x03" * 500, b"\x01\x02words" * 99])
def test_what_is_no_text_in_any_encoding_is_refused(data: bytes) -> None:
    with pytest.raises(DocumentRefused, match="binary data"):
        decode(data)

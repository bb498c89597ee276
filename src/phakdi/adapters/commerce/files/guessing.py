"""What the columns of a file probably mean, by their names in Thai and English and by what is in them."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from phakdi.adapters.commerce.files.mapping import BadMapping, Kind, Mapping, read_mapping
from phakdi.adapters.commerce.files.tables import Table
from phakdi.adapters.commerce.files.values import guess_order, read_number
from phakdi.kit.errors import Invalid
from phakdi.kit.thai import normalize_phone

_WORD = re.compile(r"[^0-9a-z\u0e01-\u0e5b]+")
_NUMBERISH = ("number", "no", "id", "เลขที่", "รหัส", "หมายเลข")

# Our word, and what files call it: written small, without spaces and signs. The first column that fits is taken.
NAMES: dict[str, dict[str, tuple[str, ...]]] = {
    "members": {
        "number": ("membernumber", "memberno", "memberid", "membercode", "เลขสมาชิก", "รหัสสมาชิก", "หมายเลขสมาชิก"),
        "title": ("title", "prefix", "คำนำหน้า", "คำนำหน้าชื่อ"),
        "given_name": ("givenname", "firstname", "fname", "ชื่อจริง", "ชื่อ"),
        "family_name": ("familyname", "lastname", "surname", "lname", "นามสกุล", "สกุล"),
        "full_name": ("fullname", "name", "customername", "membername", "ชื่อนามสกุล", "ชื่อสกุล", "ชื่อลูกค้า", "ชื่อสมาชิก"),
        "nickname": ("nickname", "ชื่อเล่น"),
        "birthday": ("birthday", "birthdate", "dateofbirth", "dob", "วันเกิด", "วันเดือนปีเกิด"),
        "gender": ("gender", "sex", "เพศ"),
        "language": ("language", "lang", "ภาษา"),
        "email": ("email", "emailaddress", "mail", "อีเมล", "อีเมล์"),
        "phone": ("phone", "mobile", "mobilephone", "phonenumber", "tel", "telephone", "cellphone", "เบอร์โทร", "โทรศัพท์", "เบอร์",
                  "เบอร์โทรศัพท์", "มือถือ", "เบอร์มือถือ", "โทร"),
        "home_store": ("homestore", "store", "branch", "shop", "สาขา", "ร้าน", "สาขาประจำ"),
        "joined_at": ("joinedat", "joined", "joindate", "registered", "registeredat", "registerdate", "signupdate", "createdat", "created",
                      "วันที่สมัคร", "สมัครเมื่อ"),
        "card": ("card", "cardnumber", "cardno", "บัตร", "เลขบัตร", "หมายเลขบัตร"),
        "line": ("line", "lineid", "lineuserid", "ไลน์"),
    },
    "purchases": {
        "number": ("invoiceno", "invoice", "invoicenumber", "receiptno", "receiptnumber", "receipt", "orderno", "orderid", "ordernumber", "order",
                   "billno", "billnumber", "bill", "basketid", "transactionid", "ref", "number", "เลขที่ใบเสร็จ", "ใบเสร็จ", "เลขที่บิล", "บิล",
                   "เลขที่ออเดอร์", "เลขที่คำสั่งซื้อ", "เลขที่"),
        "line": ("line", "lineno", "linenumber", "item", "itemno", "ลำดับ", "บรรทัด"),
        "kind": ("kind", "type", "transactiontype", "ประเภท", "ชนิด"),
        "member": ("customerid", "customer", "memberid", "memberno", "member", "membernumber", "phone", "mobile", "householdid", "clientid",
                   "card", "cardno", "ลูกค้า", "รหัสลูกค้า", "สมาชิก", "รหัสสมาชิก", "เลขสมาชิก", "เบอร์โทร", "เบอร์โทรศัพท์", "โทรศัพท์",
                   "เบอร์", "email"),
        "at": ("invoicedate", "datetime", "timestamp", "transactiontimestamp", "orderedat", "purchasedat", "createdat", "soldat", "at",
               "วันเวลา", "วันที่เวลา", "date", "orderdate", "purchasedate", "saledate", "วันที่", "วันที่ขาย"),
        "time": ("time", "เวลา"),
        "store": ("store", "storeid", "branch", "shop", "outlet", "location", "สาขา", "ร้าน", "รหัสสาขา"),
        "channel": ("channel", "saleschannel", "ช่องทาง"),
        "tender": ("tender", "paymentmethod", "payment", "paidby", "วิธีชำระ", "วิธีชำระเงิน", "ชำระโดย"),
        "amount": ("amount", "total", "lineamount", "linetotal", "net", "netamount", "salesvalue", "grandtotal", "subtotal", "revenue", "ยอด",
                   "ยอดรวม", "ยอดเงิน", "จำนวนเงิน", "รวม", "ยอดสุทธิ", "สุทธิ"),
        "price": ("unitprice", "price", "priceeach", "ราคา", "ราคาต่อหน่วย", "หน่วยละ"),
        "quantity": ("quantity", "qty", "units", "count", "จำนวน", "จำนวนชิ้น"),
        "product": ("stockcode", "sku", "product", "productid", "productcode", "itemcode", "barcode", "สินค้า", "รหัสสินค้า", "description",
                    "productname", "ชื่อสินค้า"),
        "category": ("category", "productcategory", "department", "group", "หมวด", "หมวดหมู่", "หมวดสินค้า"),
        "of": ("of", "originalorder", "originalinvoice", "returnof", "refundof", "อ้างอิง", "บิลเดิม"),
    },
}  # fmt: skip


def guess_mapping(table: Table, kind: Kind) -> Mapping:
    """Return what the columns of the table probably mean.

    Raises:
        BadMapping: a column that is needed could not be found; the message names it and the columns there are.
    """
    columns = _by_name(table.columns, kind)
    texts = _Texts(table)
    if kind == "members":
        return _checked(_members(columns, texts), table)
    return _checked(_purchases(columns, texts), table)


class _Texts:
    """The sample, by column."""

    def __init__(self, table: Table) -> None:
        self.columns = table.columns
        self._sample = table.sample

    def of(self, column: str) -> list[str]:
        at = self.columns.index(column)
        return [cells[at].strip() for _, cells in self._sample if at < len(cells) and cells[at].strip()]


def _by_name(names: Sequence[str], kind: Kind) -> dict[str, str]:
    plain = {_plain(name): name for name in reversed(names)}
    columns: dict[str, str] = {}
    for target, known in NAMES[kind].items():
        found = next((plain[word] for word in known if word in plain and plain[word] not in columns.values()), None)
        if found is not None:
            columns[target] = found
    return columns


def _plain(name: str) -> str:
    return _WORD.sub("", name.lower())


def _members(columns: dict[str, str], texts: _Texts) -> dict[str, Any]:
    if "full_name" in columns and "given_name" in columns:
        columns.pop("full_name")
    if not {"phone", "email"} & columns.keys():
        if found := _first(texts, columns, _are_phones):
            columns["phone"] = found
        elif found := _first(texts, columns, lambda values: all("@" in value for value in values)):
            columns["email"] = found
    days = [value for target in ("birthday", "joined_at") if target in columns for value in texts.of(columns[target])]
    return {"kind": "members", "columns": columns, "dates": guess_order(days) or "day-first"}


def _purchases(columns: dict[str, str], texts: _Texts) -> dict[str, Any]:
    if "at" not in columns and (found := _first(texts, columns, lambda values: guess_order(values) is not None)):
        columns["at"] = found
    told: dict[str, Any] = {"kind": "purchases", "columns": columns}
    told["dates"] = (guess_order(texts.of(columns["at"])) if "at" in columns else None) or "day-first"
    if "at" in columns and "time" in columns:
        columns["date"] = columns.pop("at")
    if "amount" not in columns and {"quantity", "price"} <= columns.keys():
        told["amount"] = "quantity_times_price"
    if "member" in columns:
        told["identity"] = _identity(columns["member"], texts.of(columns["member"]))
    returns = _returns(columns, texts)
    if returns:
        told["returns"] = returns
    return told


def _returns(columns: dict[str, str], texts: _Texts) -> dict[str, Any]:
    measure = columns.get("quantity") or columns.get("amount")
    values = [_number(value) for value in texts.of(measure)] if measure else []
    return {"negative": True} if any(value < 0 for value in values) else {}


def _identity(column: str, values: Sequence[str]) -> str:
    name = _plain(column)
    phones = sum(_is_phone(value) for value in values)
    if phones > 0.8 * len(values) or (phones and name in NAMES["members"]["phone"]):
        return "PHONE"
    if values and (all("@" in value for value in values) or name in NAMES["members"]["email"]):
        return "EMAIL"
    if "member" in name or "สมาชิก" in name:
        return "NUMBER"
    return "CARD" if "card" in name or "บัตร" in name else "EXTERNAL:import"


def _first(texts: _Texts, columns: dict[str, str], fits: Callable[[Sequence[str]], bool]) -> str | None:
    free = [name for name in texts.columns if name not in columns.values()]
    return next((name for name in free if (values := texts.of(name)) and fits(values)), None)


def _are_phones(values: Sequence[str]) -> bool:
    return sum(_is_phone(value) for value in values) > 0.8 * len(values)


def _is_phone(value: str) -> bool:
    try:
        normalize_phone(value)
    except Invalid:
        return False
    return True


def _number(value: str) -> float:
    try:
        return float(read_number(value, decimal_comma=False, field=""))
    except Invalid:
        return 0.0


def _checked(told: dict[str, Any], table: Table) -> Mapping:
    try:
        return read_mapping({**told, **_written(table)})
    except BadMapping as error:
        there = ", ".join(table.columns)
        raise BadMapping(
            f"{error.message} Its columns are: {there}. Write a mapping file and give it with --mapping.", **error.details
        ) from None


def _written(table: Table) -> dict[str, Any]:
    """Return what is unusual about how the file is written, so that a kept mapping says it."""
    shape = table.format
    told: dict[str, Any] = {}
    if shape.delimiter not in {"", ","}:
        told["delimiter"] = "tab" if shape.delimiter == "\t" else shape.delimiter
    if shape.encoding not in {"", "utf-8-sig"}:
        told["encoding"] = shape.encoding
    if shape.header_line != 1:
        told["header_line"] = shape.header_line
    return told

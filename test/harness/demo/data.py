"""What the demo shop's messages say: plain Python values, the same ones in every run."""

import json
import random
import uuid
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

NOW = datetime.now(timezone.utc)
PRODUCTS = [
    ("KB-204", "Mechanical keyboard, ISO layout", "89.90"),
    ("MS-118", "Wireless mouse", "34.50"),
    ("MN-327", "27-inch monitor", "279.00"),
    ("HD-551", "Noise-cancelling headphones", "199.99"),
    ("CB-010", "USB-C cable, 2 m", "12.00"),
    ("DK-733", "Docking station", "149.00"),
    ("WC-402", "Webcam 1080p", "59.95"),
    ("CH-900", "Office chair “Södermalm”", "329.00"),
]
PEOPLE = [
    ("Ana Lima", "Lisboa", "PT"),
    ("Björn Åkesson", "Göteborg", "SE"),
    ("Chloé Dubois", "Lyon", "FR"),
    ("Deniz Yılmaz", "İzmir", "TR"),
    ("Emre Kaya", "Ankara", "TR"),
    ("François Müller", "Zürich", "CH"),
    ("Grace O’Neill", "Cork", "IE"),
    ("Hiroshi Tanaka", "大阪", "JP"),
    ("Ingrid Sørensen", "Bergen", "NO"),
    ("José Núñez", "Sevilla", "ES"),
    ("Kateřina Nováková", "Brno", "CZ"),
    ("Lars Petersen", "Aarhus", "DK"),
]
# one more than the largest integer that a JavaScript number holds exactly: every digit of these ids counts
FIRST_ID = 2**53 + 1


def order_number(i: int) -> str:
    return f"SO-{100_000 + i}"


def customer(rng: random.Random) -> tuple[str, tuple[str, str, str]]:
    n = rng.randrange(400)
    return f"customer-{n:04d}", PEOPLE[n % len(PEOPLE)]


def order(i: int, rng: random.Random, at: datetime) -> tuple[str, bytes]:
    """Key and JSON value of the i-th order. Written by hand where Python's json would lose the money's exact digits."""
    key, (name, city, country) = customer(rng)
    items = []
    for sku, title, price in rng.sample(PRODUCTS, rng.randint(1, 4)):
        quantity = rng.randint(1, 3)
        items.append({"sku": sku, "title": title, "quantity": quantity, "unitPrice": price})
    total = sum(Decimal(item["unitPrice"]) * item["quantity"] for item in items)
    value = {
        "orderId": FIRST_ID + i * 1_000_003,
        "number": order_number(i),
        "status": rng.choices(["placed", "paid", "shipped", "delivered", "cancelled"], [5, 3, 3, 8, 1])[0],
        "placedAt": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "customer": {"id": key, "name": name, "address": {"city": city, "country": country}, "vip": rng.random() < 0.08},
        "items": items,
        "total": "@total@",
        "coupon": None if rng.random() < 0.8 else f"WELCOME{rng.randint(5, 25)}",
    }
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace('"@total@"', str(total))
    return key, text.encode()


def payment(i: int, rng: random.Random, at: datetime, version: int) -> dict:
    value = {
        "paymentId": uuid.UUID(int=rng.getrandbits(128), version=4),
        "orderId": FIRST_ID + i * 1_000_003,
        "amount": Decimal(rng.randint(1200, 129_900)) / 100,
        "method": rng.choice(["CARD", "TRANSFER", "WALLET"] if version == 1 else ["CARD", "TRANSFER", "WALLET", "VOUCHER"]),
        "paidAt": at,
    }
    if version == 2:
        value["currency"] = rng.choice(["EUR", "EUR", "SEK", "CHF", "JPY"])
        value["valueDate"] = None if rng.random() < 0.3 else date.fromordinal(at.toordinal() + 2)
        risky = rng.random() < 0.2
        value["risk"] = {"score": round(rng.uniform(0.6, 1), 3), "reasons": ["new device", "unusual amount"]} if risky else None
    return value


def shipment(module, i: int, rng: random.Random, at: datetime):
    """A Shipment of the compiled shipments.proto."""
    _, (name, city, country) = customer(rng)
    message = module.Shipment(
        shipment_id=FIRST_ID + i * 7,
        order_number=order_number(i),
        status=rng.randint(1, 4),
        destination=module.Address(street=f"{rng.randint(1, 180)} Main Street", postal_code=f"{rng.randint(10_000, 99_999)}", city=city, country=country),
        labels={"carrier": rng.choice(["DHL", "DPD", "PostNord"]), "service": rng.choice(["express", "standard"])},
    )
    for _ in range(rng.randint(1, 3)):
        message.parcels.add(barcode=rng.getrandbits(63), weight_kg=round(rng.uniform(0.2, 18), 2), customs_form=rng.randbytes(6) if country in ("CH", "JP", "TR") else b"")
    message.dispatched_at.FromDatetime(at)
    if rng.random() < 0.5:
        message.locker = f"Locker {rng.randint(1, 60)}"
    else:
        message.signed_by = name
    return message


def log_line(i: int, rng: random.Random, at: datetime) -> str:
    level = rng.choices(["INFO", "DEBUG", "WARN", "ERROR"], [70, 20, 8, 2])[0]
    text = {
        "INFO": f"GET /orders/{order_number(rng.randrange(5000))} 200 in {rng.randint(3, 180)} ms",
        "DEBUG": f"cache hit ratio {rng.uniform(0.7, 0.99):.3f}",
        "WARN": f"payment provider slow: {rng.randint(900, 4000)} ms",
        "ERROR": "java.net.SocketTimeoutException: Read timed out\n\tat shop.payments.Client.charge(Client.java:118)\n\tat shop.Checkout.run(Checkout.java:52)",
    }[level]
    return f"{at.isoformat(timespec='milliseconds')} {level:<5} [checkout-{rng.randint(1, 4)}] {text}"


def times(count: int, hours: float) -> list[datetime]:
    """Evenly spread moments up to now."""
    step = timedelta(hours=hours) / count
    return [NOW - step * (count - i) for i in range(count)]

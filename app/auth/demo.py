"""The people of `flask demo`, in the order in which they joined."""

import re
import unicodedata

from carafe.auth import DEFAULT_ROLE, add_sample_users
from carafe.demo import Scenario

ADMIN, USER = "admin@example.com", "user@example.com"
# Those with an asterisk are drawn with short hair.
NAMES = """
Alex Morgan*, Sam Rivera*, Priya Raman, Jonas Weber*, Amara Obi, Lucía Fernández, Noah Kim*,
Ingrid Dahl, Mateus Costa*, Yuki Tanaka, Claire Dubois, Omar Haddad*, Freya Lindqvist, Daniel
Osei*, Hannah Cole, Marek Nowak*, Aisha Khan, Tom Gallagher*, Sofia Rossi, Wei Zhang*, Elena
Petrova, Kwame Mensah*, Julia Schneider, Ravi Iyer*, Nora Byrne, Diego Morales*, Mia Johansson,
Samuel Adeyemi*, Isabel Marques, Ben Hartley*, Leila Rahimi, Viktor Novák*, Grace Liu, Anton
Berg*, Zainab Bello, Paul Lambert*, Chloe Martin, Hiro Sato*, Eva Horváth, Malik Johnson*, Rosa
Jiménez, Finn O'Connor*, Tara Singh, Lukas Meyer*, Adaeze Nwosu, Oscar Nilsson*, Camila Torres,
Jin Park*, Anna Kowalska, Theo Laurent*, Maya Patel, Emil Hansen*, Nadia Farouk, Carlos Vega*,
Ruth Abrams, Minh Tran*, Greta Vogel, Joel Carter*, Sara Conti, Ivan Horvat*, Lena Fischer, Abdul
Karim*
"""
STAFF = {"Priya Raman", "Noah Kim", "Hannah Cole"}


def load(scenario: Scenario) -> None:
    people = [person(" ".join(name.split())) for name in NAMES.split(",")]
    people[0] |= {"email": ADMIN, "role": "admin"}
    people[1] |= {"email": USER}
    add_sample_users(scenario, people, accounts=(USER, ADMIN))


def person(name: str) -> dict[str, object]:
    short_hair, name = name.endswith("*"), name.removesuffix("*")
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return {
        "email": f"{re.sub('[^a-z]+', '.', ascii_name.lower())}@example.com",
        "name": name,
        "role": "staff" if name in STAFF else DEFAULT_ROLE,
        "short_hair": short_hair,
    }

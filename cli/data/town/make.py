"""Makes homes.csv and shops.csv: an invented town, the same at every run."""

import math
import random

draw = random.Random(2022)

# Along a river that bends, thinner towards the edge; coordinates in kilometres.
with open("homes.csv", "w") as file:
    file.write("street,east,north,people\n")
    for number in range(400):
        along = draw.gauss(0, 1.6)
        east = along + draw.gauss(0, 0.35)
        north = math.sin(along) + draw.gauss(0, 0.45)
        people = 1 + min(int(draw.expovariate(0.55)), 8)
        street = draw.choice(["Mill Lane", "Quay", "Station Road", "High Street, upper", "Orchard Way"])
        street = f'"{street}"' if "," in street else street
        file.write(f"{street},{east:.3f},{north:.3f},{people}\n")

# A few centres, with room for so many people.
with open("shops.csv", "w") as file:
    file.write("shop,east,north,people\n")
    for number in range(24):
        centre = [(-1.8, -0.7), (0.2, 0.4), (2.1, 0.9)][number % 3]
        east, north = (value + draw.gauss(0, 0.5) for value in centre)
        file.write(f"shop {number + 1},{east:.3f},{north:.3f},{draw.randint(20, 80)}\n")

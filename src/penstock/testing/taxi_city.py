"""Figures of Chicago that the taxi generator draws from, counted in the city's open data."""

from __future__ import annotations

AREAS = (
    # community area, latitude, longitude, share of pickups, share of dropoffs (in 10,000)
    (8, 41.8961, -87.6284, 3272, 2971),
    (32, 41.8809, -87.6271, 2202, 1888),
    (28, 41.8801, -87.6491, 856, 1000),
    (6, 41.9436, -87.6538, 787, 764),
    (76, 41.9794, -87.9059, 597, 356),
    (7, 41.9222, -87.6458, 595, 715),
    (24, 41.9013, -87.6715, 399, 519),
    (33, 41.8570, -87.6193, 206, 284),
    (3, 41.9649, -87.6557, 179, 208),
    (56, 41.7882, -87.7573, 170, 125),
    (77, 41.9862, -87.6638, 120, 132),
    (22, 41.9222, -87.6953, 117, 202),
    (5, 41.9479, -87.6829, 74, 108),
    (1, 42.0093, -87.6700, 47, 72),
    (41, 41.7934, -87.5908, 47, 58),
    (2, 42.0016, -87.6950, 38, 48),
    (4, 41.9746, -87.6875, 38, 80),
    (16, 41.9538, -87.7241, 37, 62),
    (21, 41.9393, -87.7116, 34, 49),
    (14, 41.9681, -87.7216, 33, 38),
    (39, 41.8087, -87.5954, 15, 16),
    (35, 41.8361, -87.6187, 14, 24),
    (34, 41.8426, -87.6340, 13, 33),
    (31, 41.8506, -87.6671, 11, 36),
    (10, 41.9850, -87.8045, 8, 12),
    (11, 41.9794, -87.7710, 8, 12),
    (25, 41.8906, -87.7560, 6, 12),
    (42, 41.7789, -87.5949, 5, 10),
    (60, 41.8362, -87.6488, 5, 15),
    (23, 41.9001, -87.7209, 4, 16),
    (43, 41.7616, -87.5728, 4, 10),
    (69, 41.7632, -87.6161, 4, 10),
)

COMPANIES = (
    # name, trips in 15,000; the empty name is a missing one
    ("", 5140),
    ("Taxi Affiliation Services", 5176),
    ("Dispatch Taxi Affiliation", 1636),
    ("Blue Ribbon Taxi Association Inc.", 1090),
    ("Choice Taxi Association", 872),
    ("Northwest Management LLC", 551),
    ("KOAM Taxi Association", 246),
    ("Top Cab Affiliation", 132),
    ("Chicago Elite Cab Corp. (Chicago Carriag", 26),
    ("Chicago Medallion Leasing INC", 22),
    ("Chicago Medallion Management", 17),
    ("Chicago Elite Cab Corp.", 9),
    ("4197 - 41842 Royal Star", 5),
    ("5074 - 54002 Ahzmi Inc", 4),
    ("0118 - 42111 Godfrey S.Awir", 4),
    ("1085 - 72312 N and W Cab Co", 3),
    ("3201 - C&D Cab Co Inc", 3),
    ("2733 - 74600 Benny Jona", 3),
    ("3011 - 66308 JBL Cab Inc.", 3),
)

HOURS = (
    602,
    544,
    419,
    292,
    197,
    143,
    193,
    302,
    530,
    664,
    687,
    619,
    745,
    698,
    736,
    722,
    763,
    829,
    941,
    1010,
    966,
    838,
    837,
    725,
)
"""Trips by the hour of their start."""

WEEKDAYS = (1957, 1948, 1943, 2016, 2201, 2502, 2435)
"""Trips by day of the week, Sunday first."""

YEARS = ((2013, 4388), (2014, 5145), (2015, 4636), (2016, 833))
"""Trips by year."""

CARD_SHARE = (
    # fares below, share of them that is paid by credit card
    (4.0, 0.06),
    (6.0, 0.26),
    (8.0, 0.30),
    (10.0, 0.33),
    (15.0, 0.365),
    (20.0, 0.38),
    (30.0, 0.47),
    (45.0, 0.60),
    (60.0, 0.46),
    (float("inf"), 0.30),
)

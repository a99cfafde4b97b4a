"""What the story's people write to each other, each in their own language."""

Talk = tuple[tuple[int, str], ...]

TALKS: dict[str, Talk] = {
    "en": (
        (0, "Hello! I keep a sourdough starter and would gladly share it, in case you bake."),
        (1, "Wonderful, mine died last winter. Would Saturday before the long table suit you?"),
        (0, "It would. I bring the jar, you bring an appetite. Half past four at the gate?"),
        (1, "I will be there."),
    ),
    "fr": (
        (0, "Bonjour ! Je cours le jeudi, tout doucement. On y va ensemble une fois ?"),
        (1, "Avec plaisir, sans compagnie je n'ose jamais. Le parc à six heures et quart ?"),
        (0, "Parfait. Je garde une place pour vous à la tisane d'après."),
        (1, "Alors à jeudi, et merci d'avoir écrit."),
    ),
    "ru": (
        (0, "Здравствуйте! Моей закваски стало слишком много. Поделиться с вами?"),
        (1, "Как кстати, моя зимой погибла. Удобно в субботу, перед общим ужином?"),
        (0, "Удобно. С меня банка, с вас аппетит. В половине пятого у ворот?"),
        (1, "Договорились, буду. Можно испечь и вместе."),
    ),
    "zh_Hans": (
        (0, "你好！听说你也常去周日的围棋，要不要先一起喝杯茶？"),
        (1, "好啊。我下得不好，正想找人慢慢教。"),
        (0, "没关系，我们一起学。周日两点半，咖啡馆门口见？"),
        (1, "好，我带点心。"),
    ),
    "id": (
        (0, "Halo! Saya mau belajar masak rendang yang benar. Boleh ikut bantu di dapur?"),
        (1, "Boleh sekali. Sabtu jam tiga kita belanja bersama, lalu masak pelan-pelan."),
        (0, "Siap. Santannya saya yang bawa."),
        (1, "Sampai Sabtu. Jangan makan siang dulu."),
    ),
}
"""Who of two writes (0 began), and what."""

LINES: dict[str, tuple[str, ...]] = {
    "en": (
        "I am the one with the red bicycle at the Thursday runs.",
        "Happy to practise with you, any evening but Tuesday.",
        "",
        "",
    ),
    "fr": ("C'est moi qui apporte la tarte aux poireaux. À bientôt avec vous ?", ""),
    "ru": ("Это я пеку тот самый ржаной хлеб. Испечём вместе?", ""),
    "zh_Hans": ("周四跑步时穿红衣服的就是我，下次一起跑吧。", ""),
    "id": ("Saya yang selalu bawa kopi. Mari jalan bersama.", ""),
}
"""What stands beside a hello; many write nothing."""

THANKS: dict[str, tuple[str, ...]] = {
    "en": (
        "You carried my sofa up four floors and stayed for tea.",
        "You read my letter to the landlord, and it worked.",
        "You lent me the big pot, twice.",
        "You showed me how to true a wheel.",
        "You sat with me when nobody else was left at the long table.",
        "You fed the cat for two weeks.",
        "You found the leak before the plumber did.",
    ),
    "fr": (
        "Tu as relu ma lettre au propriétaire, et ça a marché.",
        "Tu as traversé la ville avec ma machine à coudre.",
        "Tu as attendu avec moi aux urgences, jusqu'à trois heures.",
    ),
    "ru": (
        "Вы помогли донести диван на четвёртый этаж и остались на чай.",
        "Вы две недели кормили кота.",
        "Вы поправляли мой немецкий и ни разу не засмеялись.",
    ),
    "zh_Hans": (
        "你陪我去看房，现在我就住在那里。",
        "你借给我一口大锅，还教我怎么用。",
        "跑步时你总是慢下来等我。",
    ),
    "id": (
        "Kamu menemani saya ke kantor imigrasi dan menerjemahkan semuanya.",
        "Kamu meminjamkan sepeda selama sebulan.",
        "Kamu duduk bersama saya waktu saya belum kenal siapa-siapa.",
    ),
}
"""What people thank each other for."""

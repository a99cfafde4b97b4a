"""What made-up people care about, and the sentences by which they say who they are."""

INTERESTS = (
    "Trail running", "Board games", "Sourdough", "Film photography", "Street photography",
    "Urban gardening", "Bouldering", "Chess", "Jazz", "Choir singing", "Science fiction",
    "Poetry", "Cycling", "Open water swimming", "Ceramics", "Knitting", "Bird watching",
    "Local history", "Cooking for many", "Tango", "Improvised theatre", "Repairing radios",
    "Indonesian cinema", "Calligraphy", "Philosophy", "Fermenting", "Astronomy",
    "Hiking", "Drawing from life",
)  # fmt: skip
OWN_INTERESTS = {
    "en": ("Quiz nights", "Bread and butter pudding"),
    "id": ("Masak bersama", "Bulu tangkis"),
    "fr": ("Pétanque entre voisins", "Chanson française"),
    "zh_Hans": ("围棋", "一起包饺子"),
    "ru": ("Настольные игры", "Дачные разговоры"),
}
SKILLS = (
    "Rust", "Python", "Bookkeeping", "Grant writing", "Bicycle repair", "Sewing",
    "German for beginners", "French conversation", "Bahasa Indonesia", "Mandarin", "Russian",
    "Baking bread", "Public speaking", "Guitar", "Web design", "Tax returns", "Swimming",
    "Job applications", "Photography basics", "Statistics", "Gardening", "Carpentry",
    "Video editing", "First aid",
)  # fmt: skip
GOALS = (
    "Find a job in Berlin", "Start a small business", "Run a half marathon",
    "Speak German without fear", "Publish a first book", "Grow a balcony garden",
    "Meet the neighbours", "Change to a career in data", "Play in a band",
    "Open a repair café", "Cook for fifty people",
)  # fmt: skip
LIVES = (
    "New in town", "New parent", "Between jobs", "Studying", "Newly retired", "Changing careers",
    "Working from home", "Self-employed", "Caring for someone", "Children have moved out",
)  # fmt: skip
VALUES = (
    "Honesty", "Curiosity", "Craft", "Kindness", "Humour", "Fairness", "Reliability", "Patience",
    "Independence", "Courage", "Being on time", "Sharing what one has",
)  # fmt: skip
LANGUAGES = {
    "en": "English", "id": "Bahasa Indonesia", "fr": "Français", "zh_Hans": "中文", "ru": "Русский",
}  # fmt: skip
ABOUT = {
    "en": (
        "I moved here two years ago with one suitcase and a bread starter. Ask me about both.",
        "Nurse, night cyclist, slow reader. I like long tables and short speeches.",
        "I fix radios on Saturdays and am glad of company while the solder cools.",
        "New in the neighbourhood. I would love to hear how people here became friends.",
        "I teach maths, sing badly in a good choir, and bring too much food everywhere.",
        "Former sailor, present gardener. The balcony is small and the plans are large.",
        "I design websites by day and lose at chess by night.",
    ),
    "id": (
        "Pindah ke sini untuk kuliah, tetap tinggal karena orang-orangnya. Suka memasak rendang.",
        "Pekerja sosial yang suka lari pagi dan kopi yang terlalu manis.",
        "Belajar bahasa Jerman pelan-pelan. Mari mengobrol sambil jalan kaki.",
    ),
    "fr": (
        "Je viens de Lyon, avec mon vélo. Je cherche des gens pour cuisiner le dimanche.",
        "Je traduis des romans et je cours pour réfléchir. Parfois l'inverse.",
        "Je travaille le bois et j'écoute volontiers les histoires des autres.",
    ),
    "zh_Hans": (
        "来柏林三年，喜欢围棋、烘焙和周末的长途散步。",
        "程序员，正在学木工。想认识愿意一起做饭的邻居。",
        "喜欢摄影，尤其是清晨的街道。欢迎一起去拍照。",
    ),
    "ru": (
        "Преподаю химию, пеку хлеб, учусь плавать. Всегда за новые знакомства.",
        "Родом из Алматы. Люблю настольные игры и долгие разговоры на кухне.",
        "Фотографирую на плёнку и собираю истории старых домов.",
    ),
}
ANSWERS = (
    ("A friend brought me to the winter supper.", "I can cook for many and wash up for more."),
    ("I saw the poster at the library.", "My bicycle tools, and two free evenings a week."),
    ("My neighbour is a member and always in a good mood.", "Bahasa Indonesia, slowly."),
    ("Looking for people to run with.", "Coffee after the run."),
)
NOTES = (
    "Offered to translate the welcome mail into Indonesian.",
    "Can lend a van for moving tables. Ask a week ahead.",
    "Would like to host a supper in spring.",
    "Prefers to be written to rather than called.",
    "Brought four neighbours to the repair café.",
    "Has the second key to the hall.",
)
TAGS = ("Cooks", "Translators", "Welcome team", "Has a van", "Host to be")

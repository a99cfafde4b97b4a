// Before the first paint: the theme this visitor chose. Pages made once for all strangers
// cannot know it, so the cookie is read here too.
const chosenTheme = document.cookie.match(/(?:^|; )theme=(light|dark)\b/);
if (chosenTheme) document.documentElement.dataset.theme = chosenTheme[1];

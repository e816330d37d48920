/* norm_name: names with a capital inside that are said as one word: "WhatsApp", "iPad", "McDonald's".
 *
 * Other words of mixed case are said in parts, each with a stress of its own ("camelCase"). A name is in the list when the lexicon or the
 * network says it right as a whole; test_reading checks it by its phones. Cost: one pass over the list a word.
 */
#include "models/tts/norm.h"
#include <string.h>

static const char names[] =
    "airdrop airplay airpod airtag astrazeneca audiobook basecamp blackberry bluetooth buzzfeed caltrain capcut carmax carplay chromebook chromecast "
    "cloudflare coinbase crossfit dayquil deepseek degeneres dejesus delorean demarco deniro desantis devito dicaprio docusign doordash draftkings "
    "dreamworks dropbox easyjet ebay facebook facetime fanduel fedex fitbit freshdirect gamestop garageband github gitlab grubhub hellofresh "
    "homegoods "
    "homekit homepod hotspot hubspot huffpost huggingface icloud imac imessage instacart ipad iphone ipod itunes iwatch javascript kitchenaid "
    "lafayette laguardia lasalle lastpass leblanc legalzoom linkedin livestream macbook macos mailchimp mastercard matlab metlife minecraft myspace "
    "nerdwallet nyquil onedrive onenote onstar paypal petsmart photoshop pinterest playstation postmates powerpoint powershell pubmed quickbooks "
    "radioshack redbox robinhood roblox runescape salesforce sharepoint skytrain smartthings snapchat soundcloud soundhound spongebob starcraft "
    "taskrabbit tensorflow thinkpad tiktok turbotax typescript vandyke virtualbox vmware warcraft westjet whatsapp wifi wordpress youtube youtuber";
static const char *const before_capital[] = {"Mc", "Mac", "Fitz"}; /* McKenna, MacArthur */

/* "Mc" and the like, a capital, a small letter. */
static int is_clan(const char *text, size_t len) {
    for (size_t i = 0; i < sizeof before_capital / sizeof *before_capital; i++) {
        size_t n = strlen(before_capital[i]);
        if (len < n + 2 || memcmp(text, before_capital[i], n) != 0) continue;
        if (text[n] >= 'A' && text[n] <= 'Z' && text[n + 1] >= 'a' && text[n + 1] <= 'z') return 1;
    }
    return 0;
}

int norm_is_name(const char *text, size_t len) {
    size_t s = len > 2 && norm_lower((unsigned char)text[len - 1]) == 's', own = s && text[len - 2] == '\'';
    return is_clan(text, len) || norm_in_list(text, len, names) || (s && norm_in_list(text, len - 1 - own, names));
}

/* tools_places: the time of a named place: its standard offset and summer-time rule. No time-zone files and no network are needed.
 *
 * Offsets and rules: the public-domain IANA time zone database as of 2025. Rules are evaluated in UTC for the year of the moment;
 * places that move their clocks for a religious calendar (Morocco) keep the offset of most of the year. Countries with several
 * zones stand for their capital's, or their most populous.
 */
#include "platform/tools/tools_date.h"
#include "platform/tools/tools_job.h"
#include <string.h>

enum rule { NONE, EUROPE, AMERICA, AUSTRALIA, ZEALAND, CHILE, EGYPT, RULES };

typedef struct change { /* the nth (5: last) weekday of a month, at an hour */
    int month, nth, weekday;
    int hour; /* local standard time, or UTC */
    int is_utc;
} change;

static const change BEGIN[RULES] = {[EUROPE] = {3, 5, 0, 1, 1},  [AMERICA] = {3, 2, 0, 2, 0}, [AUSTRALIA] = {10, 1, 0, 2, 0},
                                    [ZEALAND] = {9, 5, 0, 2, 0}, [CHILE] = {9, 1, 0, 4, 1},   [EGYPT] = {4, 5, 5, 0, 0}};
static const change END[RULES] = {[EUROPE] = {10, 5, 0, 1, 1}, [AMERICA] = {11, 1, 0, 1, 0}, [AUSTRALIA] = {4, 1, 0, 2, 0},
                                  [ZEALAND] = {4, 1, 0, 2, 0}, [CHILE] = {4, 1, 0, 3, 1},    [EGYPT] = {10, 5, 4, 23, 0}};

typedef struct place {
    int minutes; /* standard offset from UTC */
    enum rule rule;
    const char *names; /* "|" separated */
} place;

static const place PLACES[] = {
    {0, EUROPE,
     "london|england|scotland|wales|britain|great britain|uk|united kingdom|edinburgh|glasgow|manchester|liverpool|birmingham|belfast|cardiff"},
    {0, EUROPE, "dublin|ireland|lisbon|portugal|porto"},
    {0, NONE, "utc|gmt|greenwich|iceland|reykjavik|ghana|accra|senegal|dakar"},
    {60, EUROPE, "paris|france|lyon|nice|marseille|berlin|germany|munich|hamburg|frankfurt|cologne|madrid|spain|barcelona|seville|valencia"},
    {60, EUROPE,
     "rome|italy|milan|venice|florence|naples|vienna|austria|amsterdam|netherlands|holland|brussels|belgium|zurich|geneva|bern|switzerland"},
    {60, EUROPE,
     "oslo|norway|stockholm|sweden|copenhagen|denmark|prague|czech "
     "republic|budapest|hungary|warsaw|poland|krakow|belgrade|serbia|zagreb|croatia|malta|luxembourg|monaco"},
    {60, NONE, "lagos|nigeria|abuja|algeria|algiers|tunisia|tunis|casablanca|morocco|marrakesh|rabat"},
    {120, EUROPE, "athens|greece|helsinki|finland|bucharest|romania|sofia|bulgaria|kiev|kyiv|ukraine|riga|latvia|vilnius|lithuania|tallinn|estonia"},
    {120, EGYPT, "cairo|egypt|alexandria"},
    {120, NONE, "cape town|south africa|johannesburg|pretoria|durban|zimbabwe|harare|zambia"},
    {180, NONE,
     "moscow|russia|saint petersburg|istanbul|turkey|ankara|nairobi|kenya|ethiopia|addis ababa|uganda|tanzania|riyadh|saudi "
     "arabia|baghdad|iraq|qatar|doha|kuwait"},
    {210, NONE, "tehran|iran"},
    {240, NONE, "dubai|abu dhabi|united arab emirates|baku|tbilisi|mauritius|oman|muscat"},
    {270, NONE, "kabul|afghanistan"},
    {300, NONE, "karachi|pakistan|islamabad|lahore|tashkent|maldives|kazakhstan|almaty"},
    {330, NONE, "mumbai|india|delhi|new delhi|kolkata|bangalore|chennai|hyderabad|sri lanka|colombo"},
    {345, NONE, "nepal|kathmandu"},
    {360, NONE, "dhaka|bangladesh"},
    {420, NONE, "bangkok|thailand|jakarta|indonesia|hanoi|vietnam|saigon|ho chi minh city|cambodia"},
    {480, NONE, "beijing|china|shanghai|hong kong|singapore|taipei|taiwan|manila|philippines|perth|kuala lumpur|malaysia|shenzhen|bali|macau"},
    {540, NONE, "tokyo|japan|osaka|kyoto|seoul|korea|south korea|pyongyang"},
    {570, NONE, "darwin"},
    {570, AUSTRALIA, "adelaide"},
    {600, NONE, "brisbane|queensland|guam"},
    {600, AUSTRALIA, "sydney|australia|melbourne|canberra|hobart|tasmania"},
    {720, ZEALAND, "auckland|new zealand|wellington|christchurch"},
    {720, NONE, "fiji"},
    {-180, NONE, "rio de janeiro|rio|brazil|sao paulo|brasilia|buenos aires|argentina|uruguay|montevideo"},
    {-210, AMERICA, "newfoundland|saint john's"},
    {-240, CHILE, "santiago|chile"},
    {-240, AMERICA, "halifax|nova scotia|bermuda"},
    {-240, NONE, "caracas|venezuela|la paz|bolivia|puerto rico|san juan|barbados"},
    {-300, AMERICA,
     "new york|new york city|boston|miami|florida|washington|washington "
     "dc|philadelphia|atlanta|georgia|detroit|toronto|montreal|ottawa|canada|quebec|orlando|baltimore|"
     "pittsburgh|cleveland|havana|cuba|eastern time|east coast|america|united states|usa"},
    {-300, NONE, "lima|peru|bogota|colombia|ecuador|quito|panama|jamaica|kingston"},
    {-360, AMERICA,
     "chicago|houston|dallas|texas|austin|san antonio|minneapolis|new orleans|nashville|memphis|milwaukee|saint louis|st louis|kansas "
     "city|winnipeg|central time|illinois"},
    {-360, NONE, "mexico city|mexico|guatemala|costa rica|san jose costa rica|el salvador|honduras"},
    {-420, AMERICA, "denver|colorado|utah|salt lake city|calgary|edmonton|montana|albuquerque|mountain time|boise"},
    {-420, NONE, "phoenix|arizona"},
    {-480, AMERICA,
     "los angeles|san francisco|california|seattle|san diego|san jose|sacramento|oakland|portland|oregon|las "
     "vegas|nevada|vancouver|hollywood|pacific time|west coast|la"},
    {-540, AMERICA, "alaska|anchorage|juneau"},
    {-600, NONE, "hawaii|honolulu|tahiti"},
};

static int64_t moment(const change *c, int year, int offset_minutes) {
    int64_t first = date_days(year, c->month, 1), day = first + (c->weekday - date_weekday(first) + 7) % 7 + (c->nth == 5 ? 28 : (c->nth - 1) * 7);
    int64_t next_month = c->month == 12 ? date_days(year + 1, 1, 1) : date_days(year, c->month + 1, 1);
    if (day >= next_month) day -= 7;
    return day * 86400 + c->hour * 3600 - (c->is_utc ? 0 : offset_minutes * 60);
}

static int is_summer(enum rule rule, int64_t now, int offset_minutes) {
    if (rule == NONE) return 0;
    int year = date_of((now + offset_minutes * 60) / 86400).year;
    int64_t begin = moment(&BEGIN[rule], year, offset_minutes), end = moment(&END[rule], year, offset_minutes);
    return begin < end ? now >= begin && now < end : now >= begin || now < end; /* the south has its summer over New Year */
}

static int is_named(const char *names, const char *name) {
    size_t n = strlen(name);
    for (const char *at = names; n && *at; at += strcspn(at, "|"), at += *at == '|')
        if (strncmp(at, name, n) == 0 && (at[n] == '|' || at[n] == '\0')) return 1;
    return 0;
}

int place_offset(const char *name, int64_t now, int *seconds) {
    if (strncmp(name, "the ", 4) == 0) name += 4;
    for (size_t i = 0; i < sizeof PLACES / sizeof PLACES[0]; i++) {
        const place *p = &PLACES[i];
        if (!is_named(p->names, name)) continue;
        *seconds = (p->minutes + 60 * is_summer(p->rule, now, p->minutes)) * 60;
        return 0;
    }
    return -1;
}

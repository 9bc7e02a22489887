//! Every language reads its own dates, and none is taken for another.

use chrono::DateTime;
use dateline_core::article::{Article, Published};
use dateline_core::article_language::LanguageFrom;
use dateline_core::language;
use dateline_core::pipeline::{self, Processed, Settings, process_article};

fn article(text: &str, language: Option<&str>) -> Article {
    let at = DateTime::parse_from_rfc3339("2019-05-03T12:00:00Z").unwrap();
    let published = Published { at, has_time: true };
    Article { language: language.map(str::to_owned), ..Article::new("a", text, published) }
}

fn processed(text: &str, language: Option<&str>) -> Processed {
    process_article(&article(text, language), &Settings::default())
}

/// Published on Friday, 3 May 2019: a whole date, the day before, the week before, three years ago.
const SENTENCES: &[(&str, &str, &[&str])] = &[
    ("bg", "Мостът беше затворен на 12 март 2018 г. и вчера.", &["2018-03-12", "2019-05-02"]),
    ("ca", "El pont va tancar el 12 de març de 2018 i la setmana passada.", &["2018-03-12", "2019-W17"]),
    ("cs", "Most byl uzavřen 12. března 2018 a minulý týden.", &["2018-03-12", "2019-W17"]),
    ("da", "Broen blev lukket den 12. marts 2018 og i går.", &["2018-03-12", "2019-05-02"]),
    ("de", "Die Brücke wurde am 12. März 2018 und vor drei Jahren gesperrt.", &["2018-03-12", "2016"]),
    ("el", "Η γέφυρα έκλεισε στις 12 Μαρτίου 2018 και χθες.", &["2018-03-12", "2019-05-02"]),
    ("es", "El puente se cerró el 12 de marzo de 2018 y hace tres años.", &["2018-03-12", "2016"]),
    ("et", "Sild suleti 12. märtsil 2018 ja eile.", &["2018-03-12", "2019-05-02"]),
    ("fi", "Silta suljettiin 12. maaliskuuta 2018 ja eilen.", &["2018-03-12", "2019-05-02"]),
    ("fr", "Le pont a été fermé le 12 mars 2018 et il y a trois ans.", &["2018-03-12", "2016"]),
    ("gl", "A ponte pechou o 12 de marzo de 2018 e onte.", &["2018-03-12", "2019-05-02"]),
    ("he", "הגשר נסגר ב-12 במרץ 2018 ואתמול.", &["2018-03-12"]),
    ("hi", "पुल 12 मार्च 2018 को बंद हुआ।", &["2018-03-12"]),
    ("hr", "Most je zatvoren 12. ožujka 2018. i jučer.", &["2018-03-12", "2019-05-02"]),
    ("hu", "A hidat 2018. március 12. óta és tegnap zárták le.", &["2018-03-12", "2019-05-02"]),
    ("id", "Jembatan itu ditutup pada 12 Maret 2018 dan minggu lalu.", &["2018-03-12", "2019-W17"]),
    ("it", "Il ponte è stato chiuso il 12 marzo 2018 e tre anni fa.", &["2018-03-12", "2016"]),
    ("ja", "橋は2018年3月12日と昨日に閉鎖された。", &["2018-03-12", "2019-05-02"]),
    ("ko", "다리는 2018년 3월 12일과 어제 폐쇄되었다.", &["2018-03-12", "2019-05-02"]),
    ("lt", "Tiltas uždarytas 2018 m. kovo 12 d. ir vakar.", &["2018-03-12", "2019-05-02"]),
    ("lv", "Tilts tika slēgts 2018. gada 12. martā un vakar.", &["2019-05-02"]),
    ("nb", "Broen ble stengt 12. mars 2018 og i går.", &["2018-03-12", "2019-05-02"]),
    ("nl", "De brug werd op 12 maart 2018 en drie jaar geleden gesloten.", &["2018-03-12", "2016"]),
    ("pl", "Most zamknięto 12 marca 2018 r. i trzy lata temu.", &["2018-03-12", "2016"]),
    ("pt", "A ponte foi fechada em 12 de março de 2018 e há três anos.", &["2018-03-12", "2016"]),
    ("ro", "Podul a fost închis pe 12 martie 2018 și ieri.", &["2018-03-12", "2019-05-02"]),
    ("ru", "Мост закрыли 12 марта 2018 года и три года назад.", &["2018-03-12", "2016"]),
    ("sk", "Most bol uzavretý 12. marca 2018 a včera.", &["2018-03-12", "2019-05-02"]),
    ("sl", "Most so zaprli 12. marca 2018 in včeraj.", &["2018-03-12", "2019-05-02"]),
    ("sr", "Мост је затворен 12. марта 2018. и јуче.", &["2018-03-12", "2019-05-02"]),
    ("sv", "Bron stängdes den 12 mars 2018 och förra veckan.", &["2018-03-12", "2019-W17"]),
    ("tr", "Köprü 12 Mart 2018 ve üç yıl önce kapatıldı.", &["2018-03-12", "2016"]),
    ("uk", "Міст закрили 12 березня 2018 року і вчора.", &["2018-03-12", "2019-05-02"]),
    ("vi", "Cây cầu đóng cửa ngày 12 tháng 3 năm 2018 và hôm qua.", &["2018-03-12", "2019-05-02"]),
    ("zh", "大桥于2018年3月12日和3年前关闭。", &["2018-03-12", "2016"]),
    ("ar", "أغلق الجسر في 12 مارس 2018 وأمس.", &["2018-03-12"]),
    ("fa", "پل در ۱۲ مارس ۲۰۱۸ و دیروز بسته شد.", &["2018-03-12", "2019-05-02"]),
    ("eu", "Zubia atzo itxi zuten.", &["2019-05-02"]),
];

#[test]
fn every_language_reads_a_whole_date_and_one_counted_from_publication() {
    let mut wrong = Vec::new();
    for source in language::languages().filter(|source| !source.base.is_empty()) {
        let (_, text, values) = SENTENCES
            .iter()
            .find(|(code, ..)| *code == source.language)
            .unwrap_or_else(|| panic!("{}", source.language));
        let found = pipeline::extract(&article(text, Some(source.language)), &Settings::default());
        let found: Vec<&str> = found.expressions.iter().map(|it| it.value.as_str()).collect();
        if !values.iter().all(|value| found.contains(value)) {
            wrong.push(format!("{}: {text}: {found:?}, not {values:?}", source.language));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_event_of_a_language_read_for_its_dates_has_its_sentence_and_its_place_in_time() {
    let found = processed("Most zamknięto 12 marca 2018. Zostanie otwarty 5 czerwca 2020.", Some("pl"));
    let events: Vec<_> =
        found.events.iter().map(|it| (it.statement.summary.as_str(), it.statement.status.name())).collect();
    assert_eq!(
        events,
        [("Most zamknięto 12 marca 2018.", "happened"), ("Zostanie otwarty 5 czerwca 2020.", "planned")]
    );
    assert!(found.events[0].extractor.ends_with(", pl 1 dates"), "{}", found.events[0].extractor);
}

#[test]
fn an_event_of_a_language_read_for_its_clauses_has_its_sentence_and_the_status_of_its_verb() {
    let found = processed("De fabriek zal in juni niet opengaan. De brug kan in 2021 opengaan.", Some("nl"));
    let events: Vec<_> =
        found.events.iter().map(|it| (it.statement.summary.as_str(), it.statement.status.name())).collect();
    assert_eq!(
        events,
        [("De fabriek zal in juni niet opengaan.", "denied"), ("De brug kan in 2021 opengaan.", "possible")]
    );
    assert!(found.events[0].extractor.ends_with(", nl 2 clauses"), "{}", found.events[0].extractor);
}

#[test]
fn an_event_of_a_language_read_for_its_statements_has_a_line() {
    let found = processed("Die Brücke wurde am 12. März 2018 gesperrt. Im Juni 2020 wird sie geöffnet.", Some("de"));
    let events: Vec<_> =
        found.events.iter().map(|it| (it.statement.summary.as_str(), it.statement.status.name())).collect();
    assert_eq!(events, [("Die Brücke wurde gesperrt", "happened"), ("Sie wird geöffnet", "planned")]);
    assert!(found.events[0].extractor.ends_with(", de 2 statements"), "{}", found.events[0].extractor);
}

/// What a template is filled with: places, and what stands for a deed there.
const PLACES: [&str; 10] = ["Lima", "Oslo", "Tokio", "Riga", "Accra", "Quito", "Hanoi", "Dakar", "Porto", "Bergen"];

/// Sentences of ten languages, in each of which `_` stands for a place.
const TEMPLATES: [(&str, [&str; 5]); 10] = [
    (
        "en",
        [
            "The bridge in _ was closed on Tuesday after engineers found cracks in two of its pillars.",
            "Ministers said in _ that the plant will open in the spring of next year.",
            "At least three people were hurt when a train left the rails near _.",
            "The court in _ ruled that the firm must pay a fine of two million.",
            "Workers at the port of _ have been on strike since Monday.",
        ],
    ),
    (
        "de",
        [
            "Die Brücke in _ wurde am Dienstag gesperrt, nachdem Risse entdeckt worden waren.",
            "Der Minister sagte in _, das Werk werde im nächsten Frühjahr eröffnet.",
            "Bei einem Zugunglück in der Nähe von _ sind drei Menschen verletzt worden.",
            "Das Gericht in _ entschied, dass die Firma eine Strafe zahlen muss.",
            "Die Arbeiter im Hafen von _ streiken seit Montag für höhere Löhne.",
        ],
    ),
    (
        "es",
        [
            "El puente de _ fue cerrado el martes después de que se encontraran grietas.",
            "El ministro dijo en _ que la planta se abrirá en la primavera del próximo año.",
            "Al menos tres personas resultaron heridas en un accidente de tren cerca de _.",
            "El tribunal de _ decidió que la empresa debe pagar una multa de dos millones.",
            "Los trabajadores del puerto de _ están en huelga desde el lunes.",
        ],
    ),
    (
        "fr",
        [
            "Le pont de _ a été fermé mardi après la découverte de fissures dans deux piliers.",
            "Le ministre a déclaré à _ que l'usine ouvrira au printemps de l'année prochaine.",
            "Au moins trois personnes ont été blessées dans un accident de train près de _.",
            "Le tribunal de _ a décidé que l'entreprise doit payer une amende de deux millions.",
            "Les ouvriers du port de _ sont en grève depuis lundi pour de meilleurs salaires.",
        ],
    ),
    (
        "it",
        [
            "Il ponte di _ è stato chiuso martedì dopo la scoperta di crepe nei piloni.",
            "Il ministro ha detto a _ che la fabbrica aprirà nella primavera del prossimo anno.",
            "Almeno tre persone sono rimaste ferite in un incidente ferroviario vicino a _.",
            "Il tribunale di _ ha deciso che la società deve pagare una multa di due milioni.",
            "I lavoratori del porto di _ sono in sciopero da lunedì per gli stipendi.",
        ],
    ),
    (
        "pt",
        [
            "A ponte de _ foi fechada na terça-feira depois de se encontrarem fendas nos pilares.",
            "O ministro disse em _ que a fábrica vai abrir na primavera do próximo ano.",
            "Pelo menos três pessoas ficaram feridas num acidente de comboio perto de _.",
            "O tribunal de _ decidiu que a empresa tem de pagar uma multa de dois milhões.",
            "Os trabalhadores do porto de _ estão em greve desde segunda-feira.",
        ],
    ),
    (
        "nl",
        [
            "De brug in _ werd dinsdag gesloten nadat er scheuren in de pijlers waren gevonden.",
            "De minister zei in _ dat de fabriek in het voorjaar van volgend jaar opengaat.",
            "Bij een treinongeluk in de buurt van _ zijn zeker drie mensen gewond geraakt.",
            "De rechtbank in _ heeft bepaald dat het bedrijf een boete moet betalen.",
            "De arbeiders in de haven van _ staken sinds maandag voor hogere lonen.",
        ],
    ),
    (
        "pl",
        [
            "Most w mieście _ został zamknięty we wtorek po odkryciu pęknięć w filarach.",
            "Minister powiedział w mieście _, że fabryka zostanie otwarta wiosną przyszłego roku.",
            "Co najmniej trzy osoby zostały ranne w wypadku kolejowym niedaleko miasta _.",
            "Sąd w mieście _ orzekł, że firma musi zapłacić grzywnę w wysokości dwóch milionów.",
            "Robotnicy w porcie _ strajkują od poniedziałku w sprawie wyższych płac.",
        ],
    ),
    (
        "ru",
        [
            "Мост в городе _ закрыли во вторник после того, как в опорах нашли трещины.",
            "Министр сообщил в городе _, что завод откроется весной следующего года.",
            "Не менее трёх человек пострадали при крушении поезда недалеко от города _.",
            "Суд в городе _ постановил, что компания должна выплатить штраф.",
            "Рабочие порта _ бастуют с понедельника и требуют повышения зарплаты.",
        ],
    ),
    (
        "zh",
        [
            "_的大桥在工程师发现桥墩裂缝后于星期二关闭。",
            "部长在_说，工厂将于明年春天开工。",
            "_附近发生火车事故，至少三人受伤。",
            "_法院裁定该公司必须支付罚款。",
            "_港口的工人从星期一起罢工，要求加薪。",
        ],
    ),
];

#[test]
fn of_five_hundred_articles_in_ten_languages_none_is_read_as_another() {
    let (mut count, mut wrong) = (0, Vec::new());
    for (language, templates) in TEMPLATES {
        for (template, place) in templates.iter().flat_map(|template| PLACES.iter().map(move |place| (template, place)))
        {
            let text = template.replace('_', place);
            let (found, _) = dateline_core::article_language::of_text(&text, None, "en");
            count += 1;
            if found.tag != language {
                wrong.push(format!("{language} read as {} ({}): {text}", found.tag, found.from.name()));
            }
        }
    }
    assert_eq!(count, 500);
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_record_says_how_its_language_is_known() {
    let german = "Die Brücke in Hamburg wurde am 12. März 2018 gesperrt, weil der Pfeiler einen Riss hatte.";
    let english = "The bridge in Leeds was closed on 12 March 2018 because there was a crack in one of the pillars.";
    for (text, label, language, from) in [
        (german, Some("de-AT"), "de-AT", LanguageFrom::Told),
        (german, None, "de", LanguageFrom::Found),
        (english, None, "en", LanguageFrom::Found),
        ("Closed 12 March 2018.", None, "en", LanguageFrom::Assumed),
        (german, Some("und"), "de", LanguageFrom::Found),
    ] {
        let event = processed(text, label).events.remove(0);
        assert_eq!(
            (event.article.language.as_str(), event.article.language_from.known()),
            (language, Some(from)),
            "{text}"
        );
    }
}

#[test]
fn a_label_that_is_plainly_wrong_is_overruled_with_a_warning() {
    let text = "Die Brücke in Hamburg wurde am 12. März 2018 gesperrt, weil der Pfeiler einen Riss hatte.";
    let found = processed(text, Some("en"));
    assert_eq!(found.events[0].article.language, "de");
    insta::assert_snapshot!(found.warnings[0].message, @"the article is labelled `en`, but its text is in `de`, and was read so");
    // A language that resembles the one found, and a table that is in none.
    assert!(
        processed("A ponte da cidade pechou o 12 de marzo de 2018 por mor das fendas.", Some("gl")).warnings.is_empty()
    );
    assert!(
        processed("Shr 12 cts vs 14 cts\nNet 1.2 mln vs 1.4 mln\nRevs 12.3 mln vs 14 mln", Some("en"))
            .warnings
            .is_empty()
    );
}

#[test]
fn an_article_in_a_language_without_a_pack_is_skipped_with_the_language_found() {
    let found = processed("สะพานปิดเมื่อวันที่ 12 มีนาคม 2018 หลังจากวิศวกรพบรอยร้าว", None);
    assert_eq!((found.status.name(), found.warnings[0].code), ("skipped", "language-unsupported"));
    assert!(found.warnings[0].message.contains("`th`, the language of the text"), "{}", found.warnings[0].message);
}

#[test]
fn a_quotation_in_another_language_lends_its_dates_to_nothing() {
    let text = "The minister spoke in the town hall. \
                \"Die Arbeiten an der neuen Brücke sollen nach dem Willen der Stadt 2018 beginnen.\" \
                The opposition wants a vote on the plan.";
    assert!(processed(text, Some("en")).events.is_empty());
}

//! Sentences as in news stories, from which stories are made up if the Reuters wire is not there.

/// Some with dates of many forms, and some without a date.
pub const SENTENCES: [&str; 6] = [
    "The company said on Monday that third-quarter profit rose to 12.4 mln dlrs from 9.8 mln a year earlier.",
    "Mr Tamura, who founded the firm in 1954, will step down at the end of June.",
    "Shares closed at 1,987 crowns, up 3.2 pct, in quiet trading.",
    "Talks on the loan broke down last week and may be taken up again early next year.",
    "Farmers in the south expect a poor harvest after a summer without rain.",
    "The treaty was signed on 23 September 1972 and is due to expire in February 1992.",
];

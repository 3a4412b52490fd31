/// A day of the Gregorian calendar.
struct CalendarDate: Equatable {
    let year: Int
    let month: Int
    let day: Int

    /// Counts in years that begin on the first of March, so that the leap day comes last.
    ///
    /// `daysSince1970` must not be negative.
    init(daysSince1970: Int) {
        let days = daysSince1970 + 719_468  // since 0000-03-01
        let era = days / 146_097
        let dayOfEra = days % 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    }
}

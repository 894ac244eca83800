//! Which part of a file is asked for (RFC 9110 §14).

use actix_web::http::header::{HeaderMap, IF_RANGE, RANGE};

/// What of a file goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteRange {
    /// All of it.
    Whole,
    /// A part, which has at least one byte.
    Part {
        /// Its first byte.
        from: u64,
        /// How many bytes.
        count: u64,
    },
    /// What is asked for lies past the end.
    None,
}

/// What is asked for of a file of `length` bytes with the entity tag `tag`. More than one part, and
/// what is no range of bytes, is answered with the whole (§14.2).
pub fn wanted(headers: &HeaderMap, length: u64, tag: &str) -> ByteRange {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let is_same = headers.get(IF_RANGE).is_none() || text(IF_RANGE) == Some(tag);
    let range = text(RANGE).filter(|_| is_same);
    let range = range.and_then(|range| range.trim().strip_prefix("bytes="));
    let Some((first, last)) = range.and_then(|range| range.split_once('-')) else {
        return ByteRange::Whole;
    };
    let number = |text: &str| {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.parse().unwrap_or(u64::MAX))
    };
    let (first, last) = (first.trim(), last.trim());
    let (from, end) = match (number(first), number(last)) {
        (Some(from), Some(last)) if last < from => return ByteRange::Whole,
        (Some(from), Some(last)) => (from, last.saturating_add(1).min(length)),
        (Some(from), None) if last.is_empty() => (from, length),
        (None, Some(count)) if first.is_empty() => (length.saturating_sub(count), length),
        _ => return ByteRange::Whole,
    };
    if from >= end { ByteRange::None } else { ByteRange::Part { from, count: end - from } }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn of(range: &'static str, if_range: Option<&'static str>) -> ByteRange {
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, HeaderValue::from_static(range));
        if let Some(tag) = if_range {
            headers.insert(IF_RANGE, HeaderValue::from_static(tag));
        }
        wanted(&headers, 10, "\"a\"")
    }

    #[test]
    fn a_part_is_what_the_header_says() {
        let part = |from, count| ByteRange::Part { from, count };
        for (range, expected) in [
            ("bytes=0-3", part(0, 4)),
            ("bytes=4-", part(4, 6)),
            ("bytes=-3", part(7, 3)),
            ("bytes=-30", part(0, 10)),
            ("bytes=9-99999999999999999999", part(9, 1)),
            ("bytes=10-", ByteRange::None),
            ("bytes=-0", ByteRange::None),
            ("bytes=5-2", ByteRange::Whole),
            ("bytes=0-1,3-4", ByteRange::Whole),
            ("bytes=a-b", ByteRange::Whole),
            ("bytes=-", ByteRange::Whole),
            ("lines=0-1", ByteRange::Whole),
        ] {
            assert_eq!(of(range, None), expected, "{range}");
        }
        assert_eq!(wanted(&HeaderMap::new(), 10, "\"a\""), ByteRange::Whole);
    }

    #[test]
    fn a_part_of_another_file_is_the_whole_of_this_one() {
        assert_eq!(of("bytes=4-", Some("\"a\"")), ByteRange::Part { from: 4, count: 6 });
        assert_eq!(of("bytes=4-", Some("\"b\"")), ByteRange::Whole);
        assert_eq!(wanted(&HeaderMap::new(), 0, ""), ByteRange::Whole);
    }
}

//! Values to bytes and back, field by field in the order of the contract.

use zero_types::connector as c;

/// A value with a form in bytes.
pub trait Pack: Sized {
    /// Appends it.
    fn put(&self, to: &mut Vec<u8>);

    /// Takes it off the front; none when the bytes hold no such value.
    fn take(from: &mut &[u8]) -> Option<Self>;

    /// Appends many, without their number.
    fn put_all(items: &[Self], to: &mut Vec<u8>) {
        items.iter().for_each(|item| item.put(to));
    }

    /// Takes so many off the front.
    fn take_all(count: usize, from: &mut &[u8]) -> Option<Vec<Self>> {
        // No item is shorter than a byte: a list that claims more is none, and nothing is reserved for it.
        if count > from.len() {
            return None;
        }
        let mut items = Vec::with_capacity(count.min(from.len() / size_of::<Self>().max(1) + 1));
        for _ in 0..count {
            items.push(Self::take(from)?);
        }
        Some(items)
    }
}

/// So many bytes off the front.
fn split<'b>(from: &mut &'b [u8], count: usize) -> Option<&'b [u8]> {
    let (taken, rest) = from.split_at_checked(count)?;
    *from = rest;
    Some(taken)
}

macro_rules! number {
    ($($type:ty),*) => {$(
        impl Pack for $type {
            fn put(&self, to: &mut Vec<u8>) {
                to.extend_from_slice(&self.to_le_bytes());
            }
            fn take(from: &mut &[u8]) -> Option<Self> {
                split(from, size_of::<$type>())?.try_into().ok().map(<$type>::from_le_bytes)
            }
        }
    )*};
}
number!(u16, u32, i64, f32, f64);

impl Pack for u8 {
    fn put(&self, to: &mut Vec<u8>) {
        to.push(*self);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        let (first, rest) = from.split_first()?;
        *from = rest;
        Some(*first)
    }

    // Bodies are bytes: they are copied at once.
    fn put_all(items: &[Self], to: &mut Vec<u8>) {
        to.extend_from_slice(items);
    }

    fn take_all(count: usize, from: &mut &[u8]) -> Option<Vec<Self>> {
        split(from, count).map(<[u8]>::to_vec)
    }
}

impl Pack for bool {
    fn put(&self, to: &mut Vec<u8>) {
        to.push(u8::from(*self));
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        match u8::take(from)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

/// A length; what is longer than a message may be is none when it is read.
fn put_length(length: usize, to: &mut Vec<u8>) {
    u32::try_from(length).unwrap_or(u32::MAX).put(to);
}

fn take_length(from: &mut &[u8]) -> Option<usize> {
    usize::try_from(u32::take(from)?).ok()
}

impl Pack for String {
    fn put(&self, to: &mut Vec<u8>) {
        put_length(self.len(), to);
        to.extend_from_slice(self.as_bytes());
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        let length = take_length(from)?;
        core::str::from_utf8(split(from, length)?).ok().map(str::to_owned)
    }
}

impl<T: Pack> Pack for Vec<T> {
    fn put(&self, to: &mut Vec<u8>) {
        put_length(self.len(), to);
        T::put_all(self, to);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        let count = take_length(from)?;
        T::take_all(count, from)
    }
}

impl<T: Pack> Pack for Option<T> {
    fn put(&self, to: &mut Vec<u8>) {
        self.is_some().put(to);
        self.iter().for_each(|value| value.put(to));
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        if bool::take(from)? { T::take(from).map(Some) } else { Some(None) }
    }
}

impl<T: Pack, E: Pack> Pack for Result<T, E> {
    fn put(&self, to: &mut Vec<u8>) {
        self.is_ok().put(to);
        match self {
            Ok(value) => value.put(to),
            Err(error) => error.put(to),
        }
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        if bool::take(from)? { T::take(from).map(Ok) } else { E::take(from).map(Err) }
    }
}

/// Records: every field, in order. A field that is forgotten here does not compile.
macro_rules! record {
    ($($type:path { $($field:ident),* $(,)? })*) => {$(
        impl $crate::pack::Pack for $type {
            fn put(&self, to: &mut Vec<u8>) {
                let Self { $($field),* } = self;
                $($crate::pack::Pack::put($field, to);)*
            }
            fn take(from: &mut &[u8]) -> Option<Self> {
                $(let $field = $crate::pack::Pack::take(from)?;)*
                Some(Self { $($field),* })
            }
        }
    )*};
}
pub(crate) use record;

/// Variants whose cases all hold a value.
macro_rules! choice {
    ($($type:path { $($tag:literal $case:ident),* $(,)? })*) => {$(
        impl $crate::pack::Pack for $type {
            fn put(&self, to: &mut Vec<u8>) {
                match self {
                    $(Self::$case(value) => {
                        to.push($tag);
                        $crate::pack::Pack::put(value, to);
                    })*
                }
            }
            fn take(from: &mut &[u8]) -> Option<Self> {
                match <u8 as $crate::pack::Pack>::take(from)? {
                    $($tag => $crate::pack::Pack::take(from).map(Self::$case),)*
                    _ => None,
                }
            }
        }
    )*};
}
pub(crate) use choice;

/// Enumerations: the place in the contract.
macro_rules! cases {
    ($($type:path { $($tag:literal $case:ident),* $(,)? })*) => {$(
        impl Pack for $type {
            fn put(&self, to: &mut Vec<u8>) {
                to.push(match self {
                    $(Self::$case => $tag,)*
                });
            }
            fn take(from: &mut &[u8]) -> Option<Self> {
                match u8::take(from)? {
                    $($tag => Some(Self::$case),)*
                    _ => None,
                }
            }
        }
    )*};
}

cases! {
    c::UnitSystem { 0 Metric, 1 Imperial, 2 Us }
    c::Kind {
        0 Fact, 1 Definition, 2 HowTo, 3 Calculation, 4 Conversion, 5 DateTime, 6 Weather, 7 News, 8 Place, 9 Person,
        10 Organisation, 11 Code, 12 Academic, 13 Product, 14 Media, 15 Finance, 16 Health, 17 Translation,
        18 Discussion, 19 Navigation, 20 ChitChat, 21 Other,
    }
    c::AnswerType {
        0 Text, 1 Number, 2 Quantity, 3 Money, 4 Date, 5 Time, 6 Duration, 7 Place, 8 Person, 9 Organisation,
        10 Boolean, 11 ListOf, 12 Code, 13 Url,
    }
    c::Method { 0 Get, 1 Head, 2 Post }
    c::FetchFailureKind {
        0 Refused, 1 Unresolved, 2 Unreachable, 3 Timeout, 4 TooLarge, 5 Malformed, 6 Suspended,
    }
    c::FailureKind {
        0 Settings, 1 Credential, 2 RateLimited, 3 Upstream, 4 Unreachable, 5 Malformed, 6 Internal,
    }
}

record! {
    c::Span { start, end }
    c::Place { name, country, latitude, longitude }
    c::Question { text, language, place, time_zone, now_ms, units }
    c::Topic { name, weight }
    c::Quantity { number, unit }
    c::Money { amount, currency }
    c::Interval { start, end }
    c::QuantityRange { low, high }
    c::Identifier { scheme, id }
    c::Coordinates { latitude, longitude }
    c::Entity { span, text, value }
    c::Intent { language, kind, topics, entities, keywords, subject, properties, expects, certainty }
    c::Source { id, name, languages, topics, settings }
    c::Header { name, value }
    c::Request { method, url, headers, body, credential, cache_seconds, endpoint }
    c::Response { status, headers, body }
    c::FetchFailure { kind, detail }
    c::Fetch { requests, state }
    c::Passage { title, url, text, language, published, score }
    c::Claim { passage, span, subject, property, value, time, negated }
    c::Findings { passages, claims }
    c::Plan { bid, step }
    c::Failure { kind, detail, retry_after_seconds }
}

choice! {
    c::Value {
        0 Text, 1 Boolean, 2 Number, 3 NumberRange, 4 Ordinal, 5 Percentage, 6 Quantity, 7 QuantityRange, 8 Money,
        9 Date, 10 Time, 11 DateTime, 12 DateRange, 13 Duration, 14 Place, 15 Person, 16 Organisation, 17 Language,
        18 Url, 19 Email, 20 Phone, 21 Version, 22 Identifier, 23 Coordinates,
    }
    c::Outcome { 0 Response, 1 Failed }
    c::Step { 0 Fetch, 1 Done }
}

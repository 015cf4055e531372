//! How single values are written in stored events.

/// Words, ids and days: their own text form.
pub(super) mod text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use std::borrow::Cow;
    use std::fmt::Display;
    use std::str::FromStr;

    pub(in super::super) fn serialize<T: Display, S: Serializer>(
        value: &T,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_str(value)
    }

    pub(in super::super) fn deserialize<'de, T, D>(from: D) -> Result<T, D::Error>
    where
        T: FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        Cow::<str>::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// Words, ids and days that may be missing.
pub(super) mod text_option {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
    use std::borrow::Cow;
    use std::fmt::Display;
    use std::str::FromStr;

    pub(in super::super) fn serialize<T: Display, S: Serializer>(
        value: &Option<T>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_ref().map(ToString::to_string).serialize(to)
    }

    pub(in super::super) fn deserialize<'de, T, D>(from: D) -> Result<Option<T>, D::Error>
    where
        T: FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        Option::<Cow<'de, str>>::deserialize(from)?
            .map(|text| text.parse().map_err(D::Error::custom))
            .transpose()
    }
}

/// Amounts: whole satang.
pub(super) mod satang {
    use keptang_domain::Money;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(in super::super) fn serialize<S: Serializer>(amount: &Money, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i64(amount.satang())
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Money, D::Error> {
        i64::deserialize(from).map(Money::from_satang)
    }
}

/// Amounts that may be missing.
pub(super) mod satang_option {
    use keptang_domain::Money;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(in super::super) fn serialize<S: Serializer>(
        amount: &Option<Money>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        amount.map(Money::satang).serialize(to)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Money>, D::Error> {
        Ok(Option::<i64>::deserialize(from)?.map(Money::from_satang))
    }
}

/// Moments: milliseconds since the Unix epoch.
pub(super) mod ms {
    use keptang_domain::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(in super::super) fn serialize<S: Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i64(at.ms())
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        i64::deserialize(from).map(Timestamp::from_ms)
    }
}

/// Moments that may be missing: milliseconds since the Unix epoch.
pub(super) mod ms_option {
    use keptang_domain::Timestamp;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(in super::super) fn serialize<S: Serializer>(
        at: &Option<Timestamp>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        at.map(Timestamp::ms).serialize(to)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        Ok(Option::<i64>::deserialize(from)?.map(Timestamp::from_ms))
    }
}

/// The secret part of a callback address: 32 hexadecimal digits.
pub(super) mod token {
    use keptang_domain::CallbackToken;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use std::borrow::Cow;

    pub(in super::super) fn serialize<S: Serializer>(
        token: &CallbackToken,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.serialize_str(&token.expose())
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<CallbackToken, D::Error> {
        // The text itself stays out of the message: it is a secret.
        CallbackToken::parse(&Cow::<str>::deserialize(from)?)
            .ok_or_else(|| D::Error::custom("not a callback token"))
    }
}

/// Why a payment is not shown: the word of the reason the attempt gets.
pub(super) mod unshowable {
    use keptang_domain::order::Unshowable;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use std::borrow::Cow;

    const ALL: [Unshowable; 4] = [
        Unshowable::QrMismatch,
        Unshowable::QrUnavailable,
        Unshowable::AdjustedTooMuch,
        Unshowable::ModeMismatch,
    ];

    pub(in super::super) fn serialize<S: Serializer>(why: &Unshowable, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(why.reason().word())
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Unshowable, D::Error> {
        let word = Cow::<str>::deserialize(from)?;
        ALL.into_iter()
            .find(|why| why.reason().word() == word)
            .ok_or_else(|| D::Error::custom("not a known reason for not showing a payment"))
    }
}

/// Pictures.
pub(super) mod base64 {
    use ::base64::{Engine, engine::general_purpose::STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use std::borrow::Cow;

    pub(in super::super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(bytes))
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        STANDARD
            .decode(Cow::<str>::deserialize(from)?.as_bytes())
            .map_err(D::Error::custom)
    }
}

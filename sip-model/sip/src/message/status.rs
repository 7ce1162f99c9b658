//! Status codes and their default reason phrases (RFC 3261 21).

use std::fmt;

use super::compose::Compose;

/// A status code, 100 to 699.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StatusCode(u16);

/// The first digit of a status code (RFC 3261 7.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StatusClass {
    /// 1xx: received, being processed.
    Provisional,
    /// 2xx: understood and accepted.
    Success,
    /// 3xx: further action is needed.
    Redirection,
    /// 4xx: not at this server as it stands.
    ClientError,
    /// 5xx: the server failed.
    ServerError,
    /// 6xx: nowhere.
    GlobalFailure,
}

/// Defines the constants and the table of reason phrases from one list.
macro_rules! status_codes {
    ($($code:literal $name:ident $reason:literal),+ $(,)?) => {
        impl StatusCode {
            $(#[doc = concat!("`", $code, " ", $reason, "`")] pub const $name: Self = Self($code);)+

            /// The default reason phrase; the class's own where the code is unknown.
            #[must_use]
            pub fn reason(self) -> &'static str {
                match self.0 {
                    $($code => $reason,)+
                    _ => self.class().reason(),
                }
            }
        }
    };
}

status_codes! {
    100 TRYING "Trying",
    180 RINGING "Ringing",
    181 CALL_IS_BEING_FORWARDED "Call Is Being Forwarded",
    182 QUEUED "Queued",
    183 SESSION_PROGRESS "Session Progress",
    199 EARLY_DIALOG_TERMINATED "Early Dialog Terminated",
    200 OK "OK",
    202 ACCEPTED "Accepted",
    204 NO_NOTIFICATION "No Notification",
    300 MULTIPLE_CHOICES "Multiple Choices",
    301 MOVED_PERMANENTLY "Moved Permanently",
    302 MOVED_TEMPORARILY "Moved Temporarily",
    305 USE_PROXY "Use Proxy",
    380 ALTERNATIVE_SERVICE "Alternative Service",
    400 BAD_REQUEST "Bad Request",
    401 UNAUTHORIZED "Unauthorized",
    402 PAYMENT_REQUIRED "Payment Required",
    403 FORBIDDEN "Forbidden",
    404 NOT_FOUND "Not Found",
    405 METHOD_NOT_ALLOWED "Method Not Allowed",
    406 NOT_ACCEPTABLE "Not Acceptable",
    407 PROXY_AUTHENTICATION_REQUIRED "Proxy Authentication Required",
    408 REQUEST_TIMEOUT "Request Timeout",
    410 GONE "Gone",
    412 CONDITIONAL_REQUEST_FAILED "Conditional Request Failed",
    413 REQUEST_ENTITY_TOO_LARGE "Request Entity Too Large",
    414 REQUEST_URI_TOO_LONG "Request-URI Too Long",
    415 UNSUPPORTED_MEDIA_TYPE "Unsupported Media Type",
    416 UNSUPPORTED_URI_SCHEME "Unsupported URI Scheme",
    420 BAD_EXTENSION "Bad Extension",
    421 EXTENSION_REQUIRED "Extension Required",
    422 SESSION_INTERVAL_TOO_SMALL "Session Interval Too Small",
    423 INTERVAL_TOO_BRIEF "Interval Too Brief",
    430 FLOW_FAILED "Flow Failed",
    439 FIRST_HOP_LACKS_OUTBOUND_SUPPORT "First Hop Lacks Outbound Support",
    440 MAX_BREADTH_EXCEEDED "Max-Breadth Exceeded",
    480 TEMPORARILY_UNAVAILABLE "Temporarily Unavailable",
    481 CALL_DOES_NOT_EXIST "Call/Transaction Does Not Exist",
    482 LOOP_DETECTED "Loop Detected",
    483 TOO_MANY_HOPS "Too Many Hops",
    484 ADDRESS_INCOMPLETE "Address Incomplete",
    485 AMBIGUOUS "Ambiguous",
    486 BUSY_HERE "Busy Here",
    487 REQUEST_TERMINATED "Request Terminated",
    488 NOT_ACCEPTABLE_HERE "Not Acceptable Here",
    489 BAD_EVENT "Bad Event",
    491 REQUEST_PENDING "Request Pending",
    493 UNDECIPHERABLE "Undecipherable",
    494 SECURITY_AGREEMENT_REQUIRED "Security Agreement Required",
    500 SERVER_INTERNAL_ERROR "Server Internal Error",
    501 NOT_IMPLEMENTED "Not Implemented",
    502 BAD_GATEWAY "Bad Gateway",
    503 SERVICE_UNAVAILABLE "Service Unavailable",
    504 SERVER_TIMEOUT "Server Time-out",
    505 VERSION_NOT_SUPPORTED "Version Not Supported",
    513 MESSAGE_TOO_LARGE "Message Too Large",
    580 PRECONDITION_FAILURE "Precondition Failure",
    600 BUSY_EVERYWHERE "Busy Everywhere",
    603 DECLINE "Decline",
    604 DOES_NOT_EXIST_ANYWHERE "Does Not Exist Anywhere",
    606 NOT_ACCEPTABLE_ANYWHERE "Not Acceptable",
}

impl StatusCode {
    /// The status code `code`, `None` outside 100..=699.
    #[must_use]
    pub const fn new(code: u16) -> Option<Self> {
        if code >= 100 && code <= 699 { Some(Self(code)) } else { None }
    }

    /// The code as a number.
    #[must_use]
    pub const fn code(self) -> u16 {
        self.0
    }

    /// The class that the first digit names.
    #[must_use]
    pub const fn class(self) -> StatusClass {
        match self.0 / 100 {
            1 => StatusClass::Provisional,
            2 => StatusClass::Success,
            3 => StatusClass::Redirection,
            4 => StatusClass::ClientError,
            5 => StatusClass::ServerError,
            _ => StatusClass::GlobalFailure,
        }
    }

    /// Whether this is a 1xx.
    #[must_use]
    pub const fn is_provisional(self) -> bool {
        self.0 < 200
    }

    /// Whether this ends the transaction: any code but 1xx.
    #[must_use]
    pub const fn is_final(self) -> bool {
        self.0 >= 200
    }

    /// Whether this is a 2xx.
    #[must_use]
    pub const fn is_success(self) -> bool {
        self.0 / 100 == 2
    }
}

impl StatusClass {
    /// A reason phrase for codes of this class that have none of their own.
    #[must_use]
    pub fn reason(self) -> &'static str {
        //= RFC 3261 8.1.3.2: a UAC MUST treat any final response it does not recognize as being equivalent
        // to the x00 response code of that class
        match self {
            Self::Provisional => StatusCode::SESSION_PROGRESS.reason(),
            Self::Success => StatusCode::OK.reason(),
            Self::Redirection => StatusCode::MULTIPLE_CHOICES.reason(),
            Self::ClientError => StatusCode::BAD_REQUEST.reason(),
            Self::ServerError => StatusCode::SERVER_INTERNAL_ERROR.reason(),
            Self::GlobalFailure => StatusCode::BUSY_EVERYWHERE.reason(),
        }
    }
}

impl fmt::Display for StatusCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Compose for StatusCode {
    fn compose(&self, out: &mut Vec<u8>) {
        self.0.compose(out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_outside_the_six_classes_do_not_exist() {
        assert_eq!(StatusCode::new(99), None);
        assert_eq!(StatusCode::new(700), None);
        assert_eq!(StatusCode::new(100), Some(StatusCode::TRYING));
        assert_eq!(StatusCode::new(699).unwrap().class(), StatusClass::GlobalFailure);
    }

    #[test]
    fn unknown_code_takes_the_reason_of_its_class() {
        assert_eq!(StatusCode::new(499).unwrap().reason(), "Bad Request");
        assert_eq!(StatusCode::new(155).unwrap().reason(), "Session Progress");
        assert_eq!(StatusCode::BUSY_HERE.reason(), "Busy Here");
    }
}

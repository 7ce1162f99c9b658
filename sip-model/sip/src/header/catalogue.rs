//! The grammar of every known header field, by name.

use super::{
    Accept, AcceptContact, AcceptEncoding, AcceptLanguage, AlertInfo, Allow, AllowEvents, CSeq, CallId,
    CallInfo, Contact, ContentDisposition, ContentEncoding, ContentLanguage, ContentLength, ContentType,
    Cursor, Date, ErrorInfo, Event, Expires, FlowTimer, From, HeaderField as _, Identity, InReplyTo,
    MaxBreadth, MaxForwards, MimeVersion, MinExpires, MinSe, Organization, PAccessNetworkInfo,
    PAssertedIdentity, PAssociatedUri, PCalledPartyId, PChargingFunctionAddresses, PChargingVector,
    PPreferredIdentity, PVisitedNetworkId, Path, Priority, Privacy, ProxyRequire, RAck, RSeq, Reason,
    RecordRoute, ReferTo, ReferredBy, RejectContact, Replaces, ReplyTo, RequestDisposition, Require,
    RetryAfter, Route, Server, ServiceRoute, SessionExpires, Shape, Subject, SubscriptionState, Supported,
    Timestamp, To, Unsupported, UserAgent, Via, Warning,
};
use crate::auth::{
    AuthenticationInfo, Authorization, ProxyAuthenticate, ProxyAuthorization, WwwAuthenticate,
};
use crate::message::error::{ParseError, ParseErrorKind};
use crate::message::name::HeaderName;

/// How the value of a header field is spelt, whichever field it is.
#[derive(Clone, Copy, Debug)]
pub struct Grammar {
    /// How its values are spread over rows.
    pub shape: Shape,
    /// The rule in ABNF, without what it has in common with other header fields.
    pub abnf: &'static str,
    name: HeaderName,
    read: fn(&mut Cursor<'_>) -> Result<(), ParseError>,
}

impl Grammar {
    /// Reads the whole of `value`, the value of one row, as the typed view of its header field does.
    ///
    /// # Errors
    /// The first thing in it that breaks the grammar, with positions in `value`.
    pub fn check(&self, value: &(impl AsRef<[u8]> + ?Sized)) -> Result<(), ParseError> {
        self.check_row(Cursor::over(value.as_ref(), ParseErrorKind::Malformed(self.name)))
    }

    /// Reads all values of the row that the cursor is at.
    pub(crate) fn check_row(&self, mut row: Cursor<'_>) -> Result<(), ParseError> {
        row.skip_lws();
        if row.at_end() && self.shape == Shape::EmptyableList {
            return Ok(());
        }
        (self.read)(&mut row)?;
        while matches!(self.shape, Shape::List | Shape::EmptyableList) && row.eat_separator(b',') {
            (self.read)(&mut row)?;
        }
        row.finish()
    }
}

/// Writes `Grammar::of`: a name without a view does not compile.
macro_rules! catalogue {
    ($($view:ident: $abnf:expr;)+) => {
        impl Grammar {
            /// The grammar of `name`, which its typed view reads.
            #[must_use]
            pub fn of(name: HeaderName) -> Self {
                match name {
                    $(HeaderName::$view => Self {
                        shape: $view::SHAPE,
                        abnf: $abnf,
                        name: $view::NAME,
                        read: |cursor| $view::read(cursor).map(drop),
                    },)+
                }
            }
        }
    };
}

catalogue! {
    Accept: "Accept = [ accept-range *(COMMA accept-range) ], accept-range = m-type SLASH m-subtype *(SEMI param)";
    AcceptContact: "Accept-Contact = ac-value *(COMMA ac-value), ac-value = \"*\" *(SEMI ac-params)";
    AcceptEncoding: "Accept-Encoding = [ encoding *(COMMA encoding) ], encoding = (token / \"*\") *(SEMI param)";
    AcceptLanguage: "Accept-Language = [ language *(COMMA language) ], \
        language = ((1*8ALPHA *(\"-\" 1*8ALPHA)) / \"*\") *(SEMI param)";
    AlertInfo: "Alert-Info = alert-param *(COMMA alert-param), alert-param = LAQUOT absoluteURI RAQUOT *(SEMI param)";
    Allow: "Allow = [Method *(COMMA Method)]";
    AllowEvents: "Allow-Events = event-type *(COMMA event-type)";
    AuthenticationInfo: "Authentication-Info = ainfo *(COMMA ainfo), \
        ainfo = nextnonce / message-qop / response-auth / cnonce / nonce-count";
    Authorization: "Authorization = (\"Digest\" LWS dig-resp *(COMMA dig-resp)) / other-response";
    CallId: "Call-ID = word [ \"@\" word ]";
    CallInfo: "Call-Info = info *(COMMA info), info = LAQUOT absoluteURI RAQUOT *(SEMI info-param)";
    Contact: "Contact = STAR / (contact-param *(COMMA contact-param)), \
        contact-param = (name-addr / addr-spec) *(SEMI contact-params)";
    ContentDisposition: "Content-Disposition = disp-type *(SEMI disp-param)";
    ContentEncoding: "Content-Encoding = content-coding *(COMMA content-coding)";
    ContentLanguage: "Content-Language = language-tag *(COMMA language-tag), language-tag = 1*8ALPHA *(\"-\" 1*8ALPHA)";
    ContentLength: "Content-Length = 1*DIGIT";
    ContentType: "Content-Type = m-type SLASH m-subtype *(SEMI m-attribute EQUAL m-value)";
    CSeq: "CSeq = 1*DIGIT LWS Method";
    Date: "Date = wkday \",\" SP 2DIGIT SP month SP 4DIGIT SP 2DIGIT \":\" 2DIGIT \":\" 2DIGIT SP \"GMT\"";
    ErrorInfo: "Error-Info = error-uri *(COMMA error-uri), error-uri = LAQUOT absoluteURI RAQUOT *(SEMI param)";
    Event: "Event = event-type *(SEMI event-param), event-type = event-package *(\".\" event-template)";
    Expires: "Expires = delta-seconds";
    FlowTimer: "Flow-Timer = 1*DIGIT";
    From: "From = (name-addr / addr-spec) *(SEMI from-param), from-param = tag-param / generic-param";
    Identity: "Identity = signed-identity-digest SEMI \"info\" EQUAL LAQUOT absoluteURI RAQUOT *(SEMI ident-info-params)";
    InReplyTo: "In-Reply-To = callid *(COMMA callid)";
    MaxBreadth: "Max-Breadth = 1*DIGIT";
    MaxForwards: "Max-Forwards = 1*DIGIT";
    MimeVersion: "MIME-Version = 1*DIGIT \".\" 1*DIGIT";
    MinExpires: "Min-Expires = delta-seconds";
    MinSe: "Min-SE = delta-seconds *(SEMI generic-param)";
    Organization: "Organization = [TEXT-UTF8-TRIM]";
    PAccessNetworkInfo: "P-Access-Network-Info = access-net-spec *(COMMA access-net-spec), \
        access-net-spec = (access-type / access-class) *(SEMI access-info)";
    PAssertedIdentity: "P-Asserted-Identity = PAssertedID-value *(COMMA PAssertedID-value), \
        PAssertedID-value = name-addr / addr-spec";
    PAssociatedUri: "P-Associated-URI = [p-aso-uri-spec] *(COMMA p-aso-uri-spec), \
        p-aso-uri-spec = name-addr *(SEMI ai-param)";
    PCalledPartyId: "P-Called-Party-ID = name-addr *(SEMI cpid-param)";
    PChargingFunctionAddresses: "P-Charging-Function-Addresses = charge-addr-params *(COMMA charge-addr-params), \
        charge-addr-params = charge-addr-param *(SEMI charge-addr-param)";
    PChargingVector: "P-Charging-Vector = \"icid-value\" EQUAL gen-value *(SEMI charge-params)";
    PPreferredIdentity: "P-Preferred-Identity = PPreferredID-value *(COMMA PPreferredID-value), \
        PPreferredID-value = name-addr / addr-spec";
    Priority: "Priority = \"emergency\" / \"urgent\" / \"normal\" / \"non-urgent\" / token";
    Privacy: "Privacy = priv-value *(\";\" priv-value)";
    Path: "Path = path-value *(COMMA path-value), path-value = name-addr *(SEMI rr-param)";
    ProxyAuthenticate: "Proxy-Authenticate = (\"Digest\" LWS digest-cln *(COMMA digest-cln)) / other-challenge";
    ProxyAuthorization: "Proxy-Authorization = (\"Digest\" LWS dig-resp *(COMMA dig-resp)) / other-response";
    ProxyRequire: "Proxy-Require = option-tag *(COMMA option-tag)";
    PVisitedNetworkId: "P-Visited-Network-ID = vnetwork-spec *(COMMA vnetwork-spec), \
        vnetwork-spec = (token / quoted-string) *(SEMI vnetwork-param)";
    RAck: "RAck = response-num LWS CSeq-num LWS Method";
    Reason: "Reason = reason-value *(COMMA reason-value), reason-value = protocol *(SEMI reason-params)";
    RecordRoute: "Record-Route = rec-route *(COMMA rec-route), rec-route = name-addr *(SEMI rr-param)";
    ReferTo: "Refer-To = (name-addr / addr-spec) *(SEMI generic-param)";
    ReferredBy: "Referred-By = (name-addr / addr-spec) *(SEMI (referredby-id-param / generic-param))";
    RejectContact: "Reject-Contact = rc-value *(COMMA rc-value), rc-value = \"*\" *(SEMI rc-params)";
    Replaces: "Replaces = callid *(SEMI replaces-param), exactly one to-tag and exactly one from-tag";
    ReplyTo: "Reply-To = (name-addr / addr-spec) *(SEMI rplyto-param)";
    RequestDisposition: "Request-Disposition = directive *(COMMA directive)";
    Require: "Require = option-tag *(COMMA option-tag)";
    RetryAfter: "Retry-After = delta-seconds [ comment ] *(SEMI retry-param)";
    Route: "Route = route-param *(COMMA route-param), route-param = name-addr *(SEMI rr-param)";
    RSeq: "RSeq = 1*DIGIT, 1 to 2**32-1";
    Server: "Server = server-val *(LWS server-val), server-val = product / comment";
    ServiceRoute: "Service-Route = sr-value *(COMMA sr-value), sr-value = name-addr *(SEMI rr-param)";
    SessionExpires: "Session-Expires = delta-seconds *(SEMI se-params), \
        se-params = (\"refresher\" EQUAL (\"uas\" / \"uac\")) / generic-param";
    Subject: "Subject = [TEXT-UTF8-TRIM]";
    SubscriptionState: "Subscription-State = substate-value *(SEMI subexp-params), \
        substate-value = \"active\" / \"pending\" / \"terminated\" / token";
    Supported: "Supported = [option-tag *(COMMA option-tag)]";
    Timestamp: "Timestamp = 1*(DIGIT) [ \".\" *(DIGIT) ] [ LWS delay ]";
    To: "To = (name-addr / addr-spec) *(SEMI to-param), to-param = tag-param / generic-param";
    Unsupported: "Unsupported = option-tag *(COMMA option-tag)";
    UserAgent: "User-Agent = server-val *(LWS server-val), server-val = product / comment";
    Via: "Via = via-parm *(COMMA via-parm), via-parm = sent-protocol LWS sent-by *(SEMI via-params)";
    Warning: "Warning = warning-value *(COMMA warning-value), warning-value = warn-code SP warn-agent SP warn-text";
    WwwAuthenticate: "WWW-Authenticate = (\"Digest\" LWS digest-cln *(COMMA digest-cln)) / other-challenge";
}

#[cfg(test)]
mod tests;

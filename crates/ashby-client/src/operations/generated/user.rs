//! Users: the organization's people in Ashby, their roles and interviewer settings. Written by `cargo xtask codegen` from catalog/*.toml.

use serde_json::Value;

use crate::operations::{Listing, Parameters, read, write};
use crate::types;
use crate::{Client, Error, Output, SyncToken};

/// What [`Client::user`] leads to.
///
/// The errors of these methods are those of [`Client::read`] and [`Client::write`], and two more:
/// [`ErrorKind::InvalidRequest`](crate::ErrorKind::InvalidRequest) without sending anything if a
/// request is not what the operation takes, and
/// [`ErrorKind::Malformed`](crate::ErrorKind::Malformed) if the answer is not the documented one.
#[derive(Debug, Clone, Copy)]
pub struct Operations<'a> {
    pub(super) client: &'a Client,
}

impl Operations<'_> {
    /// Pauses a user as an interviewer.
    ///
    /// Keeps the user from being scheduled for interviews during the pause.
    ///
    /// A user can have one pause, running or planned; a second one is refused.
    ///
    /// The key needs the permission `organizationWrite`. See
    /// [user.createInterviewerPause](https://developers.ashbyhq.com/reference/usercreateinterviewerpause)
    /// in Ashby's reference.
    pub async fn create_interviewer_pause(
        self,
        request: impl Into<CreateInterviewerPause>,
    ) -> Result<Output<types::InterviewerPause>, Error> {
        write(self.client, "user.createInterviewerPause", request.into().0).await
    }

    /// Deletes an interviewer pause.
    ///
    /// Deletes the pause: the user can be scheduled for interviews again.
    ///
    /// What it does cannot be taken back.
    ///
    /// The key needs the permission `organizationWrite`. See
    /// [user.deleteInterviewerPause](https://developers.ashbyhq.com/reference/userdeleteinterviewerpause)
    /// in Ashby's reference.
    pub async fn delete_interviewer_pause(
        self,
        request: impl Into<DeleteInterviewerPause>,
    ) -> Result<Output<types::DeletedInterviewerPause>, Error> {
        write(self.client, "user.deleteInterviewerPause", request.into().0).await
    }

    /// Gets a user.
    ///
    /// The key needs the permission `organizationRead`. See
    /// [user.info](https://developers.ashbyhq.com/reference/userinfo) in Ashby's reference.
    pub async fn info(self, request: impl Into<Info>) -> Result<Output<types::User>, Error> {
        read(self.client, "user.info", request.into().0).await
    }

    /// Gets how many interviews a user may have.
    ///
    /// The key needs the permission `organizationRead`. See
    /// [user.interviewerSettings](https://developers.ashbyhq.com/reference/userinterviewersettings) in
    /// Ashby's reference.
    pub async fn interviewer_settings(
        self,
        request: impl Into<InterviewerSettings>,
    ) -> Result<Output<types::InterviewerSettings>, Error> {
        read(self.client, "user.interviewerSettings", request.into().0).await
    }

    /// Lists users.
    ///
    /// The key needs the permission `organizationRead`. See
    /// [user.list](https://developers.ashbyhq.com/reference/userlist) in Ashby's reference.
    pub fn list(self) -> List {
        List(Listing::new(self.client, "user.list"))
    }

    /// Lists a user's running and planned interviewer pauses.
    ///
    /// Past pauses are not listed.
    ///
    /// The key needs the permission `organizationRead`. See
    /// [user.listInterviewerPauses](https://developers.ashbyhq.com/reference/userlistinterviewerpauses)
    /// in Ashby's reference.
    pub async fn list_interviewer_pauses(
        self,
        request: impl Into<ListInterviewerPauses>,
    ) -> Result<Output<Vec<types::InterviewerPause>>, Error> {
        read(self.client, "user.listInterviewerPauses", request.into().0).await
    }

    /// Finds a user by e-mail address.
    ///
    /// Answers with a list, empty if nobody has that address.
    ///
    /// The key needs the permission `organizationRead`. See
    /// [user.search](https://developers.ashbyhq.com/reference/usersearch) in Ashby's reference.
    pub async fn search(self, request: impl Into<Search>) -> Result<Output<Vec<types::User>>, Error> {
        read(self.client, "user.search", request.into().0).await
    }

    /// Sets the value of a custom field of a user.
    ///
    /// Replaces the value of one custom field of the user.
    ///
    /// For several fields of one user use user.setCustomFieldValues: calls side by side can undo each
    /// other.
    ///
    /// The key needs the permission `organizationWrite`. See
    /// [user.setCustomFieldValue](https://developers.ashbyhq.com/reference/usersetcustomfieldvalue) in
    /// Ashby's reference.
    pub async fn set_custom_field_value(
        self,
        request: impl Into<SetCustomFieldValue>,
    ) -> Result<Output<types::CustomFieldValue>, Error> {
        write(self.client, "user.setCustomFieldValue", request.into().0).await
    }

    /// Sets the values of several custom fields of a user at once.
    ///
    /// Replaces the values of the given custom fields; the others stay.
    ///
    /// The key needs the permission `organizationWrite`. See
    /// [user.setCustomFieldValues](https://developers.ashbyhq.com/reference/usersetcustomfieldvalues)
    /// in Ashby's reference.
    pub async fn set_custom_field_values(
        self,
        request: impl Into<SetCustomFieldValues>,
    ) -> Result<Output<Vec<types::CustomFieldValue>>, Error> {
        write(self.client, "user.setCustomFieldValues", request.into().0).await
    }

    /// Limits how many interviews a user may have.
    ///
    /// Replaces the given limits; a limit that is left out stays.
    ///
    /// The key needs the permission `organizationWrite`. See
    /// [user.updateInterviewerSettings](https://developers.ashbyhq.com/reference/userupdateinterviewersettings)
    /// in Ashby's reference.
    pub async fn update_interviewer_settings(
        self,
        request: impl Into<UpdateInterviewerSettings>,
    ) -> Result<Output<types::InterviewerSettings>, Error> {
        write(self.client, "user.updateInterviewerSettings", request.into().0).await
    }
}

crate::operations::requests! {
/// What [`Operations::create_interviewer_pause`] takes.
CreateInterviewerPause
}

impl CreateInterviewerPause {
    /// With what it needs:
    ///
    /// - `user_id`: Whom to pause
    pub fn new(user_id: impl Into<types::UserId>) -> Self {
        Self(Parameters::default().set::<types::UserId>("userId", user_id))
    }

    /// Sets `startsAt`: When the pause begins; defaults to now.
    pub fn starts_at(self, starts_at: impl Into<types::Instant>) -> Self {
        Self(self.0.set::<types::Instant>("startsAt", starts_at))
    }

    /// Sets `endsAt`: When the pause ends; without it the pause has no end.
    pub fn ends_at(self, ends_at: impl Into<types::Instant>) -> Self {
        Self(self.0.set::<types::Instant>("endsAt", ends_at))
    }

    /// Sets `comment`: Why the user pauses.
    pub fn comment(self, comment: impl Into<String>) -> Self {
        Self(self.0.set::<String>("comment", comment))
    }
}

impl From<types::UserId> for CreateInterviewerPause {
    fn from(user_id: types::UserId) -> Self {
        Self::new(user_id)
    }
}

crate::operations::requests! {
/// What [`Operations::delete_interviewer_pause`] takes.
DeleteInterviewerPause
}

impl DeleteInterviewerPause {
    /// With what it needs:
    ///
    /// - `interviewer_pause_id`: Which pause, from user.listInterviewerPauses
    pub fn new(interviewer_pause_id: impl Into<types::InterviewerPauseId>) -> Self {
        Self(
            Parameters::default()
                .set::<types::InterviewerPauseId>("interviewerPauseId", interviewer_pause_id),
        )
    }
}

impl From<types::InterviewerPauseId> for DeleteInterviewerPause {
    fn from(interviewer_pause_id: types::InterviewerPauseId) -> Self {
        Self::new(interviewer_pause_id)
    }
}

crate::operations::requests! {
/// What [`Operations::info`] takes.
Info
}

impl Info {
    /// With what it needs:
    ///
    /// - `user_id`: Which user
    pub fn new(user_id: impl Into<types::UserId>) -> Self {
        Self(Parameters::default().set::<types::UserId>("userId", user_id))
    }
}

impl From<types::UserId> for Info {
    fn from(user_id: types::UserId) -> Self {
        Self::new(user_id)
    }
}

crate::operations::requests! {
/// What [`Operations::interviewer_settings`] takes.
InterviewerSettings
}

impl InterviewerSettings {
    /// With what it needs:
    ///
    /// - `user_id`: Whose settings
    pub fn new(user_id: impl Into<types::UserId>) -> Self {
        Self(Parameters::default().set::<types::UserId>("userId", user_id))
    }
}

impl From<types::UserId> for InterviewerSettings {
    fn from(user_id: types::UserId) -> Self {
        Self::new(user_id)
    }
}

crate::operations::listings! {
/// A list that [`Operations::list`] asks for.
List of types::User
}

impl List {
    /// Sets `includeDeactivated`: List deactivated users too; defaults to false.
    pub fn include_deactivated(self, include_deactivated: bool) -> Self {
        Self(self.0.set::<bool>("includeDeactivated", include_deactivated))
    }

    /// Lists only what changed since the listing that ended with this token.
    pub fn sync_token(self, token: impl Into<SyncToken>) -> Self {
        Self(self.0.sync_token(token.into()))
    }
}

crate::operations::requests! {
/// What [`Operations::list_interviewer_pauses`] takes.
ListInterviewerPauses
}

impl ListInterviewerPauses {
    /// With what it needs:
    ///
    /// - `user_id`: Whose pauses
    pub fn new(user_id: impl Into<types::UserId>) -> Self {
        Self(Parameters::default().set::<types::UserId>("userId", user_id))
    }
}

impl From<types::UserId> for ListInterviewerPauses {
    fn from(user_id: types::UserId) -> Self {
        Self::new(user_id)
    }
}

crate::operations::requests! {
/// What [`Operations::search`] takes.
Search
}

impl Search {
    /// With what it needs:
    ///
    /// - `email`: The user's address
    pub fn new(email: impl Into<String>) -> Self {
        Self(Parameters::default().set::<String>("email", email))
    }
}

impl From<String> for Search {
    fn from(email: String) -> Self {
        Self::new(email)
    }
}

crate::operations::requests! {
/// What [`Operations::set_custom_field_value`] takes.
SetCustomFieldValue
}

impl SetCustomFieldValue {
    /// With what it needs:
    ///
    /// - `user_id`: Whose field
    /// - `field_id`: Which custom field, from customField.list
    /// - `field_value`: The new value, of the field's kind; null clears it
    pub fn new(
        user_id: impl Into<types::UserId>,
        field_id: impl Into<types::CustomFieldId>,
        field_value: impl Into<Value>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::UserId>("userId", user_id)
                .set::<types::CustomFieldId>("fieldId", field_id)
                .set::<Value>("fieldValue", field_value),
        )
    }
}

crate::operations::requests! {
/// What [`Operations::set_custom_field_values`] takes.
SetCustomFieldValues
}

impl SetCustomFieldValues {
    /// With what it needs:
    ///
    /// - `user_id`: Whose fields
    /// - `values`: The fields and their new values
    pub fn new(
        user_id: impl Into<types::UserId>,
        values: impl IntoIterator<Item = impl Into<types::CustomFieldSetting>>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::UserId>("userId", user_id)
                .set_list::<types::CustomFieldSetting>("values", values),
        )
    }
}

crate::operations::requests! {
/// What [`Operations::update_interviewer_settings`] takes.
UpdateInterviewerSettings
}

impl UpdateInterviewerSettings {
    /// With what it needs:
    ///
    /// - `user_id`: Whose settings
    pub fn new(user_id: impl Into<types::UserId>) -> Self {
        Self(Parameters::default().set::<types::UserId>("userId", user_id))
    }

    /// Sets `dailyLimit`: Interviews a day at most; null removes the limit.
    pub fn daily_limit(self, daily_limit: impl Into<i64>) -> Self {
        Self(self.0.set::<i64>("dailyLimit", daily_limit))
    }

    /// Sends null as `dailyLimit`, which clears it.
    pub fn clear_daily_limit(self) -> Self {
        Self(self.0.set::<Value>("dailyLimit", Value::Null))
    }

    /// Sets `weeklyLimit`: Interviews a week at most; null removes the limit.
    pub fn weekly_limit(self, weekly_limit: impl Into<i64>) -> Self {
        Self(self.0.set::<i64>("weeklyLimit", weekly_limit))
    }

    /// Sends null as `weeklyLimit`, which clears it.
    pub fn clear_weekly_limit(self) -> Self {
        Self(self.0.set::<Value>("weeklyLimit", Value::Null))
    }
}

impl From<types::UserId> for UpdateInterviewerSettings {
    fn from(user_id: types::UserId) -> Self {
        Self::new(user_id)
    }
}

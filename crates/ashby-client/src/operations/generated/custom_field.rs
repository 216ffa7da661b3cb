//! Custom fields of candidates, applications, jobs and others: their definitions and values. Written by `cargo xtask codegen` from catalog/*.toml.

use serde_json::Value;

use crate::operations::{Listing, Parameters, read, write};
use crate::types;
use crate::{Client, Error, Output, SyncToken};

/// What [`Client::custom_field`] leads to.
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
    /// Creates a custom field.
    ///
    /// Adds the field to all objects of this kind; no operation deletes it.
    ///
    /// Job postings can have fields since 2026-09-14, and jobs and openings fields that only the API
    /// edits since 2026-09-10; Ashby has not published the words for these.
    ///
    /// The key needs the permission `hiringProcessMetadataWrite`. See
    /// [customField.create](https://developers.ashbyhq.com/reference/customfieldcreate) in Ashby's
    /// reference.
    pub async fn create(self, request: impl Into<Create>) -> Result<Output<types::CustomField>, Error> {
        write(self.client, "customField.create", request.into().0).await
    }

    /// Fetches the definition of a custom field.
    ///
    /// The key needs the permission `hiringProcessMetadataRead`. See
    /// [customField.info](https://developers.ashbyhq.com/reference/customfieldinfo) in Ashby's
    /// reference.
    pub async fn info(self, request: impl Into<Info>) -> Result<Output<types::CustomField>, Error> {
        read(self.client, "customField.info", request.into().0).await
    }

    /// Lists the definitions of custom fields.
    ///
    /// Private fields are missing if the key has no access to non-offer private fields.
    ///
    /// The key needs the permission `hiringProcessMetadataRead`. See
    /// [customField.list](https://developers.ashbyhq.com/reference/customfieldlist) in Ashby's
    /// reference.
    pub fn list(self) -> List {
        List(Listing::new(self.client, "customField.list"))
    }

    /// Sets one custom field of a candidate, application, job or opening.
    ///
    /// Replaces the field's value; null clears it.
    ///
    /// Calls side by side on one object can undo each other: use customField.setValues for several
    /// fields. Fields of users are set with user.setCustomFieldValue.
    ///
    /// The key needs the permission `candidatesWrite`. See
    /// [customField.setValue](https://developers.ashbyhq.com/reference/customfieldsetvalue) in Ashby's
    /// reference.
    pub async fn set_value(
        self,
        request: impl Into<SetValue>,
    ) -> Result<Output<types::CustomFieldValue>, Error> {
        write(self.client, "customField.setValue", request.into().0).await
    }

    /// Sets several custom fields of a candidate, application, job or opening.
    ///
    /// Replaces the values of these fields; null clears a field.
    ///
    /// Fields of users are set with user.setCustomFieldValues.
    ///
    /// The key needs the permission `candidatesWrite`. See
    /// [customField.setValues](https://developers.ashbyhq.com/reference/customfieldsetvalues) in
    /// Ashby's reference.
    pub async fn set_values(
        self,
        request: impl Into<SetValues>,
    ) -> Result<Output<Vec<types::CustomFieldValue>>, Error> {
        write(self.client, "customField.setValues", request.into().0).await
    }

    /// Replaces the options of a select field.
    ///
    /// Adds new options, relabels known ones, and archives every option that is not sent.
    ///
    /// Send all options that shall stay, as customField.info answers them.
    ///
    /// What it does cannot be taken back.
    ///
    /// The key needs the permission `hiringProcessMetadataWrite`. See
    /// [customField.updateSelectableValues](https://developers.ashbyhq.com/reference/customfieldupdateselectablevalues)
    /// in Ashby's reference.
    pub async fn update_selectable_values(
        self,
        request: impl Into<UpdateSelectableValues>,
    ) -> Result<Output<types::CustomField>, Error> {
        write(self.client, "customField.updateSelectableValues", request.into().0).await
    }
}

crate::operations::requests! {
/// What [`Operations::create`] takes.
Create
}

impl Create {
    /// With what it needs:
    ///
    /// - `field_type`: What it holds; spelt exactly so
    /// - `object_type`: What kind of object has it
    /// - `title`: Its name
    pub fn new(
        field_type: types::CustomFieldType,
        object_type: types::NewCustomFieldOwner,
        title: impl Into<String>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::CustomFieldType>("fieldType", field_type)
                .set::<types::NewCustomFieldOwner>("objectType", object_type)
                .set::<String>("title", title),
        )
    }

    /// Sets `description`: What it is for.
    pub fn description(self, description: impl Into<String>) -> Self {
        Self(self.0.set::<String>("description", description))
    }

    /// Sets `selectableValues`: The options; required for ValueSelect and MultiValueSelect.
    pub fn selectable_values(
        self,
        selectable_values: impl IntoIterator<Item = impl Into<types::SelectableValueInput>>,
    ) -> Self {
        Self(self.0.set_list::<types::SelectableValueInput>("selectableValues", selectable_values))
    }

    /// Sets `isDateOnlyField`: Whether it holds days without a time; only for the type Date.
    pub fn is_date_only_field(self, is_date_only_field: bool) -> Self {
        Self(self.0.set::<bool>("isDateOnlyField", is_date_only_field))
    }

    /// Sets `isExposableToCandidate`: Whether candidates may see it, in e-mails for instance; defaults
    /// to false.
    pub fn is_exposable_to_candidate(self, is_exposable_to_candidate: bool) -> Self {
        Self(self.0.set::<bool>("isExposableToCandidate", is_exposable_to_candidate))
    }

    /// Sets `isPrivate`: Whether only those with access to private fields see it; the key needs that
    /// access too; defaults to false.
    pub fn is_private(self, is_private: bool) -> Self {
        Self(self.0.set::<bool>("isPrivate", is_private))
    }
}

crate::operations::requests! {
/// What [`Operations::info`] takes.
Info
}

impl Info {
    /// With what it needs:
    ///
    /// - `custom_field_id`: Which custom field
    pub fn new(custom_field_id: impl Into<types::CustomFieldId>) -> Self {
        Self(Parameters::default().set::<types::CustomFieldId>("customFieldId", custom_field_id))
    }
}

impl From<types::CustomFieldId> for Info {
    fn from(custom_field_id: types::CustomFieldId) -> Self {
        Self::new(custom_field_id)
    }
}

crate::operations::listings! {
/// A list that [`Operations::list`] asks for.
List of types::CustomField
}

impl List {
    /// Sets `includeArchived`: Whether to include archived fields; defaults to false.
    pub fn include_archived(self, include_archived: bool) -> Self {
        Self(self.0.set::<bool>("includeArchived", include_archived))
    }

    /// Lists only what changed since the listing that ended with this token.
    pub fn sync_token(self, token: impl Into<SyncToken>) -> Self {
        Self(self.0.sync_token(token.into()))
    }
}

crate::operations::requests! {
/// What [`Operations::set_value`] takes.
SetValue
}

impl SetValue {
    /// With what it needs:
    ///
    /// - `object_id`: The candidate, application, job or opening
    /// - `object_type`: Which of these it is
    /// - `field_id`: Which field
    /// - `field_value`: As the field's type wants it: a boolean, a number, text, an ISO date, one or
    ///   several options, {value, currencyCode}, or a range with its type; null clears it
    pub fn new(
        object_id: impl Into<String>,
        object_type: types::CustomFieldTarget,
        field_id: impl Into<types::CustomFieldId>,
        field_value: impl Into<Value>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<String>("objectId", object_id)
                .set::<types::CustomFieldTarget>("objectType", object_type)
                .set::<types::CustomFieldId>("fieldId", field_id)
                .set::<Value>("fieldValue", field_value),
        )
    }
}

crate::operations::requests! {
/// What [`Operations::set_values`] takes.
SetValues
}

impl SetValues {
    /// With what it needs:
    ///
    /// - `object_id`: The candidate, application, job or opening
    /// - `object_type`: Which of these it is
    /// - `values`: The fields and their values
    pub fn new(
        object_id: impl Into<String>,
        object_type: types::CustomFieldTarget,
        values: impl IntoIterator<Item = impl Into<types::CustomFieldSetting>>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<String>("objectId", object_id)
                .set::<types::CustomFieldTarget>("objectType", object_type)
                .set_list::<types::CustomFieldSetting>("values", values),
        )
    }
}

crate::operations::requests! {
/// What [`Operations::update_selectable_values`] takes.
UpdateSelectableValues
}

impl UpdateSelectableValues {
    /// With what it needs:
    ///
    /// - `custom_field_id`: Which field
    /// - `selectable_values`: All options that the field shall have
    pub fn new(
        custom_field_id: impl Into<types::CustomFieldId>,
        selectable_values: impl IntoIterator<Item = impl Into<types::SelectableValueInput>>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::CustomFieldId>("customFieldId", custom_field_id)
                .set_list::<types::SelectableValueInput>("selectableValues", selectable_values),
        )
    }
}

"""Where the console's pages answer."""

from django.urls import path

from phakdi.web.console import audit, editing, failures, imports, keys, member_actions, members, overview, programs, reviews, staff, stores

urlpatterns = [
    path("", overview.overview, name="console"),
    path("members/", members.members, name="members"),
    path("members/enroll/", member_actions.enroll, name="member_enroll"),
    path("members/<uuid:member_id>/", members.member, name="member"),
    path("members/<uuid:member_id>/entries/", members.entries, name="member_entries"),
    path("members/<uuid:member_id>/activities/", members.activities, name="member_activities"),
    path("members/<uuid:member_id>/activities/<uuid:activity_id>/", members.activity, name="member_activity"),
    path("members/<uuid:member_id>/edit/", member_actions.edit, name="member_edit"),
    path("members/<uuid:member_id>/freeze/", member_actions.freeze, name="member_freeze"),
    path("members/<uuid:member_id>/close/", member_actions.close, name="member_close"),
    path("members/<uuid:member_id>/adjust/", member_actions.adjust, name="member_adjust"),
    path("programs/", programs.programs, name="programs"),
    path("programs/edit/", editing.edit, name="program_edit"),
    path("programs/<uuid:version_id>/", programs.version, name="program_version"),
    path("stores/", stores.stores, name="stores"),
    path("stores/new/", stores.new, name="store_new"),
    path("stores/<str:code>/", stores.edit, name="store_edit"),
    path("staff/", staff.people, name="staff"),
    path("staff/new/", staff.new, name="staff_new"),
    path("staff/<uuid:staff_id>/", staff.edit, name="staff_edit"),
    path("keys/", keys.keys, name="keys"),
    path("keys/<uuid:key_id>/revoke/", keys.revoke, name="key_revoke"),
    path("imports/", imports.imports, name="imports"),
    path("imports/<uuid:import_id>/", imports.detail, name="import"),
    path("reviews/", reviews.reviews, name="reviews"),
    path("reviews/<uuid:member_id>/<uuid:activity_id>/", reviews.decide, name="review_decide"),
    path("audit/", audit.audit, name="audit"),
    path("failures/", failures.failures, name="failures"),
    path("failures/<int:job_id>/", failures.settle, name="failure_settle"),
    path("inbox/", failures.inbox, name="inbox"),
]

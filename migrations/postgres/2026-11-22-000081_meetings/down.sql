drop table meeting_evaluation;
drop table meeting_invitee;
drop table meeting;

drop table voice_mark;

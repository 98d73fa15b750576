-- What docs/bi/dictionary.md and docs/privacy.md say of values, in SQL: beside the code of the tables, never from it.
-- A value is the text that stands in the JSON line, `raw`; a text is what it says, `said`.

-- Halves of a surrogate pair, which UTF-8 cannot hold, are U+FFFD.
CREATE MACRO whole_signs(raw) AS array_to_string(list_transform(
  regexp_extract_all(raw, '\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\.|[^\\]+'),
  lambda piece: CASE WHEN regexp_full_match(piece, '\\u[dD][89a-fA-F][0-9a-fA-F]{2}') THEN '\ufffd' ELSE piece END), '');

CREATE MACRO unquoted(raw) AS json_extract_string('[' || whole_signs(raw) || ']', '$[0]');

-- An empty text is null in every column, as is what the source leaves out.
CREATE MACRO text_of(raw) AS
  CASE WHEN raw = 'null' THEN NULL WHEN raw[1] = '"' THEN nullif(unquoted(raw), '') ELSE raw END;

CREATE MACRO number_of(said) AS
  CASE WHEN regexp_full_match(said, '-?\d+(\.\d+)?([eE][+-]?\d+)?') THEN TRY_CAST(said AS DECIMAL(38, 20)) END;

-- A whole number may be written 60.0 or 6e1.
CREATE MACRO int_of(said) AS CASE
  WHEN number_of(said) = trunc(number_of(said)) AND number_of(said) BETWEEN -2147483648 AND 2147483647
  THEN TRY_CAST(number_of(said) AS INTEGER) END;

-- Exact, or not at all.
CREATE MACRO money_of(said) AS
  CASE WHEN number_of(said) = TRY_CAST(said AS DECIMAL(18, 6)) THEN TRY_CAST(said AS DECIMAL(18, 6)) END;

CREATE MACRO flag_of(said) AS CASE said WHEN 'true' THEN true WHEN 'false' THEN false END;


CREATE MACRO parts_of(said) AS regexp_extract(said,
  '^(\d{4}-\d\d-\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](\d+))? ?(?:[Zz]|([+-])(\d\d):?(\d\d))?$',
  ['date', 'hour', 'minute', 'second', 'fraction', 'sign', 'zone_hour', 'zone_minute']);

CREATE MACRO seconds_of(hour, minute, second) AS
  3600 * TRY_CAST(hour AS BIGINT) + 60 * TRY_CAST(minute AS BIGINT) + TRY_CAST(second AS BIGINT);

-- Microseconds since 1970, UTC; null for what is no instant. Without a zone it is UTC.
CREATE MACRO micros_of(said) AS list_transform([parts_of(said)], lambda part: CASE
  WHEN part.date = '' OR part.hour > '23' OR part.minute > '59' OR part.second > '59' THEN NULL
  WHEN part.zone_hour > '23' OR part.zone_minute > '59' THEN NULL
  ELSE epoch_us(TRY_CAST(part.date AS DATE)::TIMESTAMP)
    + 1000000 * seconds_of(part.hour, part.minute, part.second)
    - CASE part.sign WHEN '' THEN 0 WHEN '-' THEN -1000000 ELSE 1000000 END
      * coalesce(seconds_of(part.zone_hour, part.zone_minute, '0'), 0)
    + TRY_CAST(left(rpad(part.fraction, 6, '0'), 6) AS BIGINT) END)[1];

CREATE MACRO is_never(said) AS starts_with(said, '0001-01-01') AND (said = '0001-01-01' OR micros_of(said) IS NOT NULL);

-- Only a text is an instant, and 1 January of year 1 is how sources write "never".
CREATE MACRO time_of(raw, said) AS
  CASE WHEN raw[1] = '"' AND NOT coalesce(is_never(said), false) THEN micros_of(said) END;
CREATE MACRO time_text_of(said) AS CASE WHEN NOT coalesce(is_never(said), false) THEN said END;

-- Other forms of digits and signs count as the plain ones: NFKC, as far as the rows have them.
CREATE MACRO narrow(said) AS replace(translate(said, '０１２３４５６７８９＋＠ ', '0123456789+@ '), '…', '...');
CREATE MACRO bare(said) AS regexp_replace(narrow(said), '^\s+|\s+$', '', 'g');

-- Words, and up to four digits in all; for the rest an ellipsis.
CREATE MACRO numerals(said) AS len(regexp_extract_all(
  regexp_replace(said, '(?i)\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b', '', 'g'),
  '[\p{N}〇零一二三四五六七八九壹贰叁肆伍陆柒捌玖]'));
-- Perhaps a user's.
CREATE MACRO has_guid(piece) AS regexp_matches(piece, '(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}');
CREATE MACRO is_guid(said) AS regexp_full_match(said, '(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}');
CREATE MACRO is_word(piece) AS
  regexp_full_match(piece, '[-–—&/,.;:!?()\[\]…|]*')
  OR regexp_full_match(piece, '(?i)[("''\[{<“‘«]*('
    || '[\p{L}\p{M}]+([._''’&/-]+[\p{L}\p{M}]+)*|_?[\p{L}\p{M}0-9]+([_&/-]+[\p{L}\p{M}0-9]+)*'
    || ')_?[)"''\]}>.,;:!?…”’»]*');
CREATE MACRO pieces_of(said) AS regexp_extract_all(said, '[\s\x{a0}]+|[^\s\x{a0}]+');
CREATE MACRO passes(piece, hides_numbers) AS regexp_full_match(piece, '[\s\x{a0}]+')
  OR (is_word(narrow(piece)) AND NOT has_guid(narrow(piece)) AND NOT (hides_numbers AND numerals(narrow(piece)) > 0));
CREATE MACRO shown_pieces(said) AS list_transform([numerals(narrow(said)) > 4], lambda hides: array_to_string(
  list_transform(pieces_of(said), lambda piece: CASE WHEN passes(piece, hides) THEN piece ELSE '…' END), ''))[1];
CREATE MACRO words_of(said) AS CASE WHEN regexp_full_match(said, '[A-Za-z_]*') THEN said
  ELSE list_transform([shown_pieces(said)], lambda shown:
    CASE WHEN shown = said THEN said ELSE regexp_replace(shown, '…(\s+…)+', '…', 'g') END)[1] END;

-- The same of names and values of JSON.
CREATE MACRO literal_of(piece) AS
  CASE WHEN piece[1] = '"' THEN unquoted(piece) ELSE regexp_replace(piece, '\.0+$', '') END;
CREATE MACRO literals_in(said) AS regexp_extract_all(said, '"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*');
CREATE MACRO numerals_in(said) AS
  numerals(array_to_string(list_transform(literals_in(said), lambda piece: literal_of(piece)), ' '));
CREATE MACRO passing_literal(piece, hides_numbers) AS list_transform([literal_of(piece)], lambda said:
  CASE WHEN (is_guid(said) OR words_of(said) = said) AND NOT (hides_numbers AND numerals(said) > 0) THEN piece ELSE '"…"' END)[1];
CREATE MACRO words_of_json(said) AS CASE
  WHEN NOT (regexp_matches(said, '^[\[{]') AND json_valid(said)) THEN words_of(said)
  ELSE list_transform([numerals_in(said) > 4], lambda hides: array_to_string(list_transform(
    regexp_extract_all(said, '"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[^"\d-]+'),
    lambda piece: CASE WHEN regexp_matches(piece, '^["\d-]') THEN passing_literal(piece, hides) ELSE piece END), ''))[1] END;

-- Only where it looks like an identifier: letters, digits and a few signs.
CREATE MACRO id_of(said) AS CASE
  WHEN regexp_full_match(said, '[A-Za-z0-9]+') THEN said
  WHEN regexp_full_match(said, '[A-Za-z0-9_.=~/-][A-Za-z0-9_.=~/+-]*') AND regexp_matches(said, '[A-Za-z]') THEN said END;
-- Without the address behind its at sign; an ellipsis for what has none of the forms that such identifiers are known to have.
CREATE MACRO has_call_id_form(id) AS
  regexp_full_match(id, '(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9]{1,8}_[0-9]{1,4}')
  OR (regexp_full_match(id, '(?i)[0-9a-f]{24,64}') AND regexp_matches(id, '(?i)[a-f]'))
  OR (regexp_full_match(id, '[A-Za-z0-9_=-]{12,128}') AND NOT regexp_matches(id, '[0-9]{6}')
    AND len(regexp_extract_all(id, '[A-Za-z]')) >= 8);
CREATE MACRO before_address(said) AS regexp_replace(narrow(said), '(?is)(@|%40).*$', '');
CREATE MACRO call_id_of(said) AS CASE
  WHEN said IS NULL THEN NULL WHEN has_call_id_form(before_address(said)) THEN before_address(said) ELSE '…' END;
CREATE MACRO instant_text_of(said) AS CASE WHEN micros_of(said) IS NOT NULL THEN said END;
CREATE MACRO name_of(said) AS
  CASE WHEN regexp_full_match(said, '[A-Za-z]*@odata\.[A-Za-z]+') THEN said ELSE words_of(said) END;

-- Without the last four digits, and seven at the most; what is no number is withheld.
CREATE MACRO digits_in(said) AS len(regexp_extract_all(said, '[0-9*]'));
CREATE MACRO outsider(said) AS CASE
  WHEN said IS NULL OR lower(bare(said)) = 'anonymous' THEN said
  WHEN NOT regexp_full_match(bare(said), '\+?[0-9*(][0-9*() ./-]*') OR digits_in(bare(said)) > 15 THEN 'withheld'
  ELSE array_to_string(list_transform(string_split(bare(said), ''), lambda sign, place: CASE
    WHEN regexp_matches(sign, '[0-9*]') AND digits_in(left(bare(said), place)) > least(7, digits_in(bare(said)) - 4) THEN '*'
    ELSE sign END), '') END;

-- HMAC-SHA256 (RFC 2104) with the key in the variables `inner_key` and `outer_key`, each xored with its pad.
CREATE MACRO keyed(said) AS
  left(sha256(getvariable('outer_key') || unhex(sha256(getvariable('inner_key') || encode(said)))), 32);
CREATE MACRO user_hash(said) AS 'u_' || keyed('u_' || lower(said));
-- By its digits; what is no number by itself.
CREATE MACRO number_hash(said) AS 'n_' || keyed('n_' || CASE
  WHEN digits_in(narrow(said)) >= 5 AND NOT regexp_matches(said, '\p{L}') THEN regexp_replace(narrow(said), '[^0-9*]', '', 'g')
  ELSE lower(bare(said)) END);

-- The kinds that providers describe.
CREATE MACRO call_class_of(call_type) AS CASE
  WHEN lower(call_type) IN ('user_in', 'dr_in', 'byotin') THEN 'inbound'
  WHEN lower(call_type) IN ('user_out', 'dr_out', 'byotout') THEN 'outbound'
  WHEN lower(call_type) IN ('user_out_conf', 'conf_in', 'conf_out', 'dr_out_user_conf') THEN 'conference'
  WHEN lower(call_type) IN ('user_out_transfer', 'dr_out_user_transfer') THEN 'transfer'
  WHEN lower(call_type) IN ('user_out_forwarding', 'dr_out_user_forwarding') THEN 'forwarding'
  WHEN lower(call_type) = 'dr_emergency_out' THEN 'emergency'
  WHEN lower(call_type) IN ('unassigned_in', 'dr_unassigned_in') THEN 'unassigned'
  WHEN lower(call_type) IN ('ucap_in', 'ucap_out', 'dr_in_bot', 'dr_out_bot', 'dr_in_ucap', 'dr_out_ucap') THEN 'bot'
  ELSE 'other' END;
CREATE MACRO call_direction_of(call_type) AS CASE
  WHEN call_class_of(call_type) = 'other' THEN 'unknown'
  WHEN regexp_matches(lower(call_type), '(^|_)in(_|$)|tin$') THEN 'inbound' ELSE 'outbound' END;
CREATE MACRO status_class_of(code, delivery) AS CASE
  WHEN upper(delivery) IN ('QUEUED') THEN 'pending'
  WHEN upper(delivery) IN ('DISPATCHED') THEN 'sent'
  WHEN upper(delivery) IN ('DELIVERED') THEN 'delivered'
  WHEN upper(delivery) IN ('ABORTED', 'REJECTED', 'FAILED', 'EXPIRED') THEN 'failed'
  WHEN code = '1' THEN 'sent' WHEN code = '2' THEN 'failed' WHEN code = '3' THEN 'pending' ELSE 'unknown' END;

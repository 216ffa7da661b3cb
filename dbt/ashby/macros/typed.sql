{#- Text from JSON as a column of a type. What does not parse is null. #}
{% macro typed(text, kind) %}{{ return(adapter.dispatch('typed', 'ashby')(text, kind)) }}{% endmacro %}

{% macro default__typed(text, kind) -%}
    {%- set number = "^-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?$" -%}
    {%- set date = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])" -%}
    {%- if kind == 'instant' -%}
        (case when {{ text }} ~ '{{ date }}T' then cast({{ text }} as timestamptz) end)
    {%- elif kind == 'date' -%}
        (case when {{ text }} ~ '{{ date }}$' then cast({{ text }} as date)
            when {{ text }} ~ '{{ date }}T' then {{ ashby.local_date("cast(" ~ text ~ " as timestamptz)") }} end)
    {%- elif kind == 'boolean' -%}
        (case {{ text }} when 'true' then true when 'false' then false end)
    {%- elif kind == 'integer' -%}
        (case when {{ text }} ~ '^-?[0-9]{1,18}$' then cast({{ text }} as bigint) end)
    {%- elif kind == 'real' -%}
        (case when {{ text }} ~ '{{ number }}' then cast({{ text }} as double precision) end)
    {%- else -%}
        {{ text }}
    {%- endif -%}
{%- endmacro %}

{% macro duckdb__typed(text, kind) -%}
    {%- if kind == 'instant' -%}
        try_cast({{ text }} as timestamptz)
    {%- elif kind == 'date' -%}
        (case when length({{ text }}) = 10 then try_cast({{ text }} as date)
            else {{ ashby.local_date("try_cast(" ~ text ~ " as timestamptz)") }} end)
    {%- elif kind == 'boolean' -%}
        try_cast({{ text }} as boolean)
    {%- elif kind == 'integer' -%}
        try_cast({{ text }} as bigint)
    {%- elif kind == 'real' -%}
        try_cast({{ text }} as double)
    {%- else -%}
        {{ text }}
    {%- endif -%}
{%- endmacro %}

{#- The name of a type, for columns of streams that are not there. #}
{% macro type_of(kind) -%}
    {%- set types = {'instant': 'timestamptz', 'date': 'date', 'boolean': 'boolean', 'integer': 'bigint', 'real': 'double precision'} -%}
    {{ types.get(kind, 'text') }}
{%- endmacro %}

{#- A list of texts, for `in`. #}
{% macro texts(all) -%}
    ({% for text in all %}'{{ text | replace("'", "''") }}'{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

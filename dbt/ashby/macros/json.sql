{#- Access to JSON: a path of plain names, separated by dots. #}
{% macro json_text(column, path) %}{{ return(adapter.dispatch('json_text', 'ashby')(column, path)) }}{% endmacro %}

{% macro default__json_text(column, path) -%}
    ({{ column }} #>> '{ {{- path.split('.') | join(',') -}} }')
{%- endmacro %}

{% macro duckdb__json_text(column, path) -%}
    json_extract_string({{ column }}, '$.{{ path }}')
{%- endmacro %}

{#- The value at a path, as JSON. #}
{% macro json_value(column, path) %}{{ return(adapter.dispatch('json_value', 'ashby')(column, path)) }}{% endmacro %}

{% macro default__json_value(column, path) -%}
    ({{ column }} #> '{ {{- path.split('.') | join(',') -}} }')
{%- endmacro %}

{% macro duckdb__json_value(column, path) -%}
    json_extract({{ column }}, '$.{{ path }}')
{%- endmacro %}

{#- A join that makes a row of each element of an array: `<alias>.value` is the element, `<alias>.position` its place from 0. #}
{% macro each_element(column, path, alias) %}{{ return(adapter.dispatch('each_element', 'ashby')(column, path, alias)) }}{% endmacro %}

{% macro default__each_element(column, path, alias) -%}
    cross join lateral (
        select e.value, e.ordinality - 1 as position
        from jsonb_array_elements(
            case when jsonb_typeof({{ ashby.json_value(column, path) }}) = 'array'
                then {{ ashby.json_value(column, path) }} else '[]'::jsonb end
        ) with ordinality as e (value, ordinality)
    ) as {{ alias }}
{%- endmacro %}

{% macro duckdb__each_element(column, path, alias) -%}
    cross join lateral (
        select e.elements[e.place] as value, e.place - 1 as position
        from (
            select l.elements, unnest(range(1, len(l.elements) + 1)) as place
            from (select cast({{ ashby.json_value(column, path) }} as json[]) as elements) as l
        ) as e
    ) as {{ alias }}
{%- endmacro %}

{#- An element that is text. #}
{% macro element_text(element) %}{{ return(adapter.dispatch('element_text', 'ashby')(element)) }}{% endmacro %}

{% macro default__element_text(element) -%}
    ({{ element }} #>> '{}')
{%- endmacro %}

{% macro duckdb__element_text(element) -%}
    json_extract_string({{ element }}, '$')
{%- endmacro %}

{#- A stream's records as columns: name, path (or several, of which the first that is there counts), type. #}
{% macro staged(stream, columns) %}
{%- if var('ashby_using_' ~ stream, true) %}
select
    {%- for name, path, kind in columns %}
    {%- set texts = [] %}
    {%- for one in path.split('|') %}{% do texts.append(ashby.json_text('_record', one)) %}{% endfor %}
    {{ ashby.typed(texts[0] if texts | length == 1 else 'coalesce(' ~ texts | join(', ') ~ ')', kind) }} as {{ name }},
    {%- endfor %}
    _record as record,
    _captured_at as captured_at,
    _deleted_at as deleted_at
from {{ source('ashby', stream) }}
{%- else %}
select
    {%- for name, path, kind in columns %}
    cast(null as {{ ashby.type_of(kind) }}) as {{ name }},
    {%- endfor %}
    cast(null as {{ 'json' if target.type == 'duckdb' else 'jsonb' }}) as record,
    cast(null as timestamptz) as captured_at,
    cast(null as timestamptz) as deleted_at
where false
{%- endif %}
{% endmacro %}

{#- The category of a source by the title of its type. #}
{% macro source_category(title) -%}
    (case
        when {{ title }} is null then null
        {%- for known, category in var('ashby_source_categories').items() %}
        when {{ title }} = '{{ known | replace("'", "''") }}' then '{{ category }}'
        {%- endfor %}
        else coalesce((
            select s.category from {{ ref('ashby_source_categories') }} as s
            where lower({{ title }}) like '%' || s.word || '%'
            order by s.position limit 1), 'other')
    end)
{%- endmacro %}
